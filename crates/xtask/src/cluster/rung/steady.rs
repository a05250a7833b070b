//! Conditions of graphs as text that is the same on every cluster: names that are made up, and what
//! depends on the machine, are replaced. Which graphs there are is not known here.

use anyhow::Result;
use regex::Regex;
use serde_json::Value;

/// Letters and digits that Kubernetes makes names of: none that looks like another or makes words.
const MADE_UP: &str = "[bcdfghjklmnpqrstvwxz2456789]";

/// Every condition of a graph, below its name.
pub(super) fn conditions(graph: &Value) -> Result<String> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or("-").to_owned();
    let mut lines = format!("{}\n", text(graph.pointer("/metadata/name")));
    let found = graph.pointer("/status/conditions").and_then(Value::as_array);
    for condition in found.into_iter().flatten() {
        let of = |key: &str| text(condition.get(key));
        let line = format!("{}={} {}: {}", of("type"), of("status"), of("reason"), of("message"));
        lines.push_str(&format!("  {}\n", line.replace('\n', "\n    ")));
    }
    steady(&lines)
}

fn steady(text: &str) -> Result<String> {
    let changes = [
        (r"\b[0-9a-f]{64}\b".to_owned(), "DIGEST"),
        // One that a line of a message has cut.
        (r"\.\.\.[0-9a-f]{8,63}\b".to_owned(), "...DIGEST"),
        (r"\b([a-z][-a-z0-9]*)-[0-9a-f]{10}\b".to_owned(), "$1-HASH"),
        (format!(r"\b([a-z][-a-z0-9]*)-(?:{MADE_UP}{{5,10}}|HASH)-{MADE_UP}{{5}}\b"), "$1-POD"),
        (r"\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}\b".to_owned(), "ADDRESS"),
        (r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z".to_owned(), "TIME"),
    ];
    let mut text = text.to_owned();
    for (pattern, change) in changes {
        text = Regex::new(&pattern)?.replace_all(&text, change).into_owned();
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_made_up_is_replaced() {
        let message = "no-image-0123456789 and no-image-7c9f8b6d5-x2x4z of no-image\nat 10.0.0.1:80 \
            2026-01-02T03:04:05.678Z ...0123456789abcdef\",";
        let condition =
            json!({"type": "Ready", "status": "False", "reason": "R", "message": message});
        let graph = json!({"metadata": {"name": "g"}, "status": {"conditions": [condition]}});
        assert_eq!(
            conditions(&graph).unwrap(),
            "g\n  Ready=False R: no-image-HASH and no-image-POD of no-image\n    \
             at ADDRESS:80 TIME ...DIGEST\",\n"
        );
    }
}
