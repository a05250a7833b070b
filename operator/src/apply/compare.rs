//! Whether a live object is as it shall be: everything we say is there as we say it. What others
//! added and what the server filled in is none of our business.

use serde_json::Value;

use super::quantity;

/// Fields by which the entries of a list are told apart, the best first.
const IDENTITIES: [&str; 5] = ["name", "mountPath", "containerPort", "uid", "topologyKey"];

/// Fields that hold an amount, or amounts by name.
const AMOUNTS: [&str; 6] =
    ["averageValue", "divisor", "limits", "overhead", "requests", "sizeLimit"];

/// Fields that a server leaves out where they say no or nothing. In every other field `false` and 0
/// are an answer of their own, and one that is missing was taken away by somebody.
const LEFT_OUT: [&str; 11] = [
    "hostIPC",
    "hostNetwork",
    "hostPID",
    "hostPort",
    "initialDelaySeconds",
    "minReadySeconds",
    "paused",
    "readOnly",
    "stdin",
    "stdinOnce",
    "tty",
];

/// Whether `live` has all of `wanted`.
pub(crate) fn covers(live: &Value, wanted: &Value) -> bool {
    match (live, wanted) {
        (_, Value::Null) => true,
        (live, Value::Object(wanted)) => wanted.iter().all(|(key, value)| match live.get(key) {
            Some(found) if AMOUNTS.contains(&key.as_str()) => covers_amounts(found, value),
            Some(found) => covers(found, value),
            None => is_left_out(key, value),
        }),
        (Value::Array(live), Value::Array(wanted)) => covers_list(live, wanted),
        (Value::Number(live), Value::Number(wanted)) => live.as_f64() == wanted.as_f64(),
        (live, wanted) => live == wanted,
    }
}

fn covers_amounts(live: &Value, wanted: &Value) -> bool {
    match (live, wanted) {
        (Value::Object(live), Value::Object(wanted)) => wanted
            .iter()
            .all(|(name, wanted)| live.get(name).is_some_and(|live| covers_amounts(live, wanted))),
        (Value::String(live), Value::String(wanted)) => {
            live == wanted || quantity::is_same(live, wanted)
        }
        (live, wanted) => covers(live, wanted),
    }
}

fn covers_list(live: &[Value], wanted: &[Value]) -> bool {
    if let Some(identity) = identity(wanted) {
        return wanted.iter().all(|entry| {
            let same = live.iter().find(|found| found.get(identity) == entry.get(identity));
            same.is_some_and(|found| covers(found, entry))
        });
    }
    live.len() == wanted.len() && live.iter().zip(wanted).all(|(l, w)| covers(l, w))
}

/// A field that every entry has, each with another value.
fn identity(entries: &[Value]) -> Option<&'static str> {
    IDENTITIES.into_iter().find(|field| {
        let mut values: Vec<_> = entries.iter().filter_map(|e| e.get(field)).collect();
        let found = values.len();
        values.sort_by_key(|value| value.to_string());
        values.dedup();
        found > 0 && values.len() == entries.len()
    })
}

/// A server does not keep what says nothing.
fn is_left_out(key: &str, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(false) => LEFT_OUT.contains(&key),
        Value::Number(number) => number.as_f64() == Some(0.0) && LEFT_OUT.contains(&key),
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_others_add_is_none_of_our_business() {
        let wanted = json!({"metadata": {"labels": {"a": "1"}}, "spec": {
            "containers": [{"name": "node", "env": []}], "args": ["x"], "port": 1}});
        let mut live = json!({"metadata": {"labels": {"a": "1", "b": "2"}, "uid": "u"}, "spec": {
            "containers": [{"name": "sidecar"}, {"name": "node", "image": "filled in"}],
            "args": ["x"], "port": 1.0}, "status": {}});
        assert!(covers(&live, &wanted));
        for (at, value) in [
            ("/metadata/labels/a", json!("other")),
            ("/spec/containers/1/name", json!("gone")),
            ("/spec/args", json!(["x", "y"])),
            ("/spec/port", json!(2)),
        ] {
            let before = live.pointer(at).unwrap().clone();
            *live.pointer_mut(at).unwrap() = value;
            assert!(!covers(&live, &wanted), "{at}");
            *live.pointer_mut(at).unwrap() = before;
        }
    }

    #[test]
    fn the_same_in_other_words_is_the_same() {
        let wanted = json!({"hostNetwork": false, "nodeName": "", "containers": [{"name": "node",
            "resources": {"requests": {"cpu": "0.5", "memory": "1024Mi"}}, "tty": false}]});
        let live = json!({"containers": [{"name": "node",
            "resources": {"requests": {"cpu": "500m", "memory": "1Gi", "x/y": "1"}}}]});
        assert!(covers(&live, &wanted));
        let other =
            json!({"containers": [{"name": "node", "resources": {"requests": {"cpu": "1"}}}]});
        assert!(!covers(&live, &other));
        assert!(!covers(&json!({"value": "500m"}), &json!({"value": "0.5"})));
    }

    /// Pods would get a token.
    #[test]
    fn a_refusal_that_was_taken_away_is_missed() {
        let wanted = json!({"automountServiceAccountToken": false});
        assert!(!covers(&json!({}), &wanted));
    }

    #[test]
    fn rules_without_names_are_compared_in_order() {
        let wanted = json!([{"to": [1]}, {"to": [2]}]);
        assert!(covers(&json!([{"to": [1]}, {"to": [2], "ports": []}]), &wanted));
        assert!(!covers(&json!([{"to": [2]}, {"to": [1]}]), &wanted));
        assert!(!covers(&json!([{"to": [1]}]), &wanted));
    }
}
