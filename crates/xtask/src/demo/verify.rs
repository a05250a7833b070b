//! Holds what was sent against what the receiver got: each path's record exactly once, and as the
//! record of that path's graph. It reads no process and no file.

use serde_json::Value;

/// One run of the demo: the graph, the unique message it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) graph: String,
    pub(crate) message: String,
}

/// A record, as the receiver wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Got {
    pub(crate) message: String,
    pub(crate) graph: String,
    pub(crate) line: String,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("path {graph}: its record {message:?} did not arrive")]
    Missing { graph: String, message: String },
    #[error("path {graph}: its record {message:?} arrived {times} times")]
    Doubled { graph: String, message: String, times: usize },
    #[error("path {graph}: its record {message:?} arrived as a record of graph {found:?}")]
    Swapped { graph: String, message: String, found: String },
}

impl Got {
    /// Reads one JSON line of the receiver; `None` for other signals.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let record: Value = serde_json::from_str(line).ok()?;
        if record.get("signal")?.as_str()? != "log" {
            return None;
        }
        Some(Self {
            message: record.get("body")?.as_str()?.to_owned(),
            graph: record.get("resource")?.get("componentgraph.graph")?.as_str()?.to_owned(),
            line: line.to_owned(),
        })
    }
}

/// The record of `sent`, or what is wrong with it.
pub(crate) fn find<'g>(sent: &Sent, got: &'g [Got]) -> Result<&'g Got, Fault> {
    let (graph, message) = (sent.graph.clone(), sent.message.clone());
    let mut same = got.iter().filter(|g| g.message == sent.message);
    let Some(first) = same.next() else { return Err(Fault::Missing { graph, message }) };
    let times = 1 + same.count();
    if times > 1 {
        return Err(Fault::Doubled { graph, message, times });
    }
    if first.graph != sent.graph {
        return Err(Fault::Swapped { graph, message, found: first.graph.clone() });
    }
    Ok(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(graph: &str) -> Sent {
        Sent { graph: graph.to_owned(), message: format!("id of {graph}") }
    }

    fn got(graph: &str, message: &str) -> Got {
        let line = serde_json::json!({
            "signal": "log",
            "body": message,
            "resource": { "componentgraph.graph": graph },
        });
        Got::parse(&line.to_string()).unwrap()
    }

    fn check(got: &[Got]) -> String {
        match find(&sent("a"), got) {
            Ok(found) => format!("ok {}", found.graph),
            Err(fault) => fault.to_string(),
        }
    }

    #[test]
    fn one_record_of_the_right_graph() {
        assert_eq!(check(&[got("b", "id of b"), got("a", "id of a")]), "ok a");
    }

    #[test]
    fn a_missing_record_fails_the_demo() {
        assert_eq!(check(&[got("b", "id of b")]), "path a: its record \"id of a\" did not arrive");
    }

    #[test]
    fn a_doubled_record_fails_the_demo() {
        let twice = [got("a", "id of a"), got("a", "id of a")];
        assert_eq!(check(&twice), "path a: its record \"id of a\" arrived 2 times");
    }

    #[test]
    fn a_swapped_record_fails_the_demo() {
        let swapped = [got("b", "id of a"), got("a", "id of b")];
        assert_eq!(
            check(&swapped),
            "path a: its record \"id of a\" arrived as a record of graph \"b\""
        );
    }
}
