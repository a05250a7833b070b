//! What the operator asked of the API server during all scenarios, held against the rules that the
//! chart gives it: nothing else was asked, and nothing was refused that a rule should allow.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::world::{RELEASE, SYSTEM, World};

/// Group, resource, verb.
type Right = (String, String, String);

const RULES: &str = "charts/componentgraph/files/rules.yaml";
/// The one thing that is given to an operator only where somebody wants it.
const OPTIONAL: &str = "secrets";

pub(super) fn only_what_the_role_has(world: &World) -> Result<()> {
    let granted = granted(&fs::read_to_string(world.root.join(RULES))?)?;
    let log = fs::read_to_string(&world.audit_log).context("the audit log")?;
    let mut asked = BTreeSet::new();
    for line in log.lines() {
        let event: Value = serde_json::from_str(line)?;
        if !is_the_operators(&event) {
            continue;
        }
        let right = right(&event);
        let refused = event.pointer("/responseStatus/code") == Some(&Value::from(403));
        // A namespace that goes takes nothing new, whatever the rights are.
        let is_leaving = event.pointer("/responseStatus/details/causes/0/reason")
            == Some(&Value::from("NamespaceTerminating"));
        ensure!(!refused || is_leaving || right.1 == OPTIONAL, "refused: {line}");
        ensure!(granted.contains(&right), "no rule has {right:?}: {line}");
        asked.insert(right);
    }
    ensure!(asked.len() > 10, "the log shows little: {asked:?}");
    Ok(())
}

fn is_the_operators(event: &Value) -> bool {
    let prefix = format!("system:serviceaccount:{SYSTEM}:");
    let user = event.pointer("/user/username").and_then(Value::as_str).unwrap_or_default();
    let name = user.strip_prefix(&prefix).unwrap_or_default();
    // Tests and trials have accounts of their own.
    name == RELEASE && event.get("objectRef").is_some()
}

fn right(event: &Value) -> Right {
    let text = |pointer: &str| {
        event.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let resource = match text("/objectRef/subresource").as_str() {
        "" => text("/objectRef/resource"),
        sub => format!("{}/{sub}", text("/objectRef/resource")),
    };
    (text("/objectRef/apiGroup"), resource, text("/verb"))
}

/// Every right of every role, wherever it holds.
fn granted(rules: &str) -> Result<BTreeSet<Right>> {
    let rules: Value = serde_yaml::from_str(rules)?;
    let list = |rule: &Value, key: &str| -> Vec<String> {
        let values = rule.get(key).and_then(Value::as_array).into_iter().flatten();
        values.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let mut granted = BTreeSet::new();
    let roles = rules.as_object().into_iter().flat_map(|roles| roles.values());
    for rule in roles.filter_map(Value::as_array).flatten() {
        for group in list(rule, "apiGroups") {
            for resource in list(rule, "resources") {
                let verbs = list(rule, "verbs").into_iter();
                granted.extend(verbs.map(|verb| (group.clone(), resource.clone(), verb)));
            }
        }
    }
    Ok(granted)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rights_of_rules_and_events_are_comparable() {
        let rules = "graphs:\n- apiGroups: ['']\n  resources: [pods, a/status]\n  verbs: [list]\n";
        let granted = granted(rules).unwrap();
        let event = |resource: &str, sub: Value| json!({"verb": "list", "objectRef": {"resource": resource, "subresource": sub}});
        assert!(granted.contains(&right(&event("pods", Value::Null))));
        assert!(granted.contains(&right(&event("a", json!("status")))));
        assert!(!granted.contains(&right(&event("secrets", Value::Null))));
    }

    #[test]
    fn only_operators_are_looked_at() {
        let by = |name: &str| {
            json!({"user": {"username": format!("system:serviceaccount:{SYSTEM}:{name}")},
                "objectRef": {}})
        };
        assert!(is_the_operators(&by("componentgraph")));
        assert!(!is_the_operators(&by("componentgraph-test")));
        assert!(!is_the_operators(&json!({"user": {"username": "admin"}, "objectRef": {}})));
    }
}
