//! What the operator asked of the API server, held against the rules that the chart gives it: nothing
//! else was asked, nowhere else, and nothing was refused that a rule should allow.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::world::{RELEASE, SYSTEM, World};

/// Group, resource, verb.
type Right = (String, String, String);

const RULES: &str = "charts/componentgraph/files/rules.yaml";

/// What accounts of pods asked of the API server, as it writes it down.
pub(crate) struct AuditLog {
    path: PathBuf,
    begin: AtomicUsize,
}

impl AuditLog {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, begin: AtomicUsize::new(0) }
    }

    /// What was asked until now was asked under other rules.
    pub(super) fn forget(&self) -> Result<()> {
        self.begin.store(self.text()?.len(), Ordering::Relaxed);
        Ok(())
    }

    fn events(&self) -> Result<Vec<Value>> {
        let text = self.text()?;
        let lines = text.get(self.begin.load(Ordering::Relaxed)..).unwrap_or_default().lines();
        lines.map(|line| Ok(serde_json::from_str(line)?)).collect()
    }

    /// Its whole lines: the last one may be on its way to the disk.
    fn text(&self) -> Result<String> {
        let mut text = fs::read_to_string(&self.path).context("the audit log")?;
        text.truncate(text.rfind('\n').map_or(0, |end| end + 1));
        Ok(text)
    }
}

/// The operator of the usual release, which watches every namespace.
pub(super) fn only_what_the_role_has(world: &World) -> Result<()> {
    check(world, RELEASE, None)
}

/// An operator that has a Role in one namespace, and no ClusterRole.
pub(super) fn only_in(world: &World, account: &str, namespace: &str) -> Result<()> {
    check(world, account, Some(namespace))
}

fn check(world: &World, account: &str, watched: Option<&str>) -> Result<()> {
    let rules = Rules::read(&fs::read_to_string(world.root.join(RULES))?)?;
    let mut asked = BTreeSet::new();
    for event in world.audit.events()? {
        if !is_by(&event, account) {
            continue;
        }
        let right = right(&event);
        let namespace = event.pointer("/objectRef/namespace").and_then(Value::as_str);
        if is_refused(&event) && may_be_refused(&right, namespace, watched) {
            continue;
        }
        ensure!(!is_refused(&event), "refused: {event}");
        ensure!(rules.allow(&right, namespace, watched), "no rule has {right:?}: {event}");
        asked.insert(right);
    }
    ensure!(asked.len() > 10, "the log shows little: {asked:?}");
    Ok(())
}

fn is_refused(event: &Value) -> bool {
    // A namespace that goes takes nothing new, whatever the rights are.
    let is_leaving = event.pointer("/responseStatus/details/causes/0/reason")
        == Some(&Value::from("NamespaceTerminating"));
    event.pointer("/responseStatus/code") == Some(&Value::from(403)) && !is_leaving
}

/// An operator tries to read pull secrets, and the Services that its graphs call; where it has no right
/// to, it has another answer.
fn may_be_refused(right: &Right, namespace: Option<&str>, watched: Option<&str>) -> bool {
    let is_elsewhere = watched.is_some() && namespace != watched;
    right.2 == "get" && (right.1 == "secrets" || (right.1 == "services" && is_elsewhere))
}

fn is_by(event: &Value, account: &str) -> bool {
    let prefix = format!("system:serviceaccount:{SYSTEM}:");
    let user = event.pointer("/user/username").and_then(Value::as_str).unwrap_or_default();
    // Tests and trials have accounts of their own.
    user.strip_prefix(&prefix) == Some(account) && event.get("objectRef").is_some()
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

/// The rights of the chart's roles, by where they hold.
struct Rules {
    graphs: BTreeSet<Right>,
    own: BTreeSet<Right>,
    pull_secrets: BTreeSet<Right>,
}

impl Rules {
    fn read(text: &str) -> Result<Self> {
        let rules: Value = serde_yaml::from_str(text)?;
        let section = |name: &str| rules.get(name).map(granted).context(name.to_owned());
        Ok(Self {
            graphs: section("graphs")?,
            own: section("own")?,
            pull_secrets: section("pullSecrets")?,
        })
    }

    fn allow(&self, right: &Right, namespace: Option<&str>, watched: Option<&str>) -> bool {
        let is_watched = watched.is_none() || namespace == watched;
        (is_watched && (self.graphs.contains(right) || self.pull_secrets.contains(right)))
            || (namespace == Some(SYSTEM) && self.own.contains(right))
    }
}

/// Every right of a role.
fn granted(role: &Value) -> BTreeSet<Right> {
    let list = |rule: &Value, key: &str| -> Vec<String> {
        let values = rule.get(key).and_then(Value::as_array).into_iter().flatten();
        values.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let mut granted = BTreeSet::new();
    for rule in role.as_array().into_iter().flatten() {
        for group in list(rule, "apiGroups") {
            for resource in list(rule, "resources") {
                let verbs = list(rule, "verbs").into_iter();
                granted.extend(verbs.map(|verb| (group.clone(), resource.clone(), verb)));
            }
        }
    }
    granted
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const RULES: &str = "graphs: [{apiGroups: [''], resources: [pods, a/status], verbs: [list]}]\n\
        own: [{apiGroups: [''], resources: [leases], verbs: [list]}]\npullSecrets: []\n";

    #[test]
    fn rights_hold_where_their_role_is_bound() {
        let rules = Rules::read(RULES).unwrap();
        let listed = |resource: &str, sub: Value| {
            right(&json!({"verb": "list", "objectRef": {"resource": resource, "subresource": sub}}))
        };
        let allows = |right: &Right, namespace: Option<&str>, watched: Option<&str>| {
            rules.allow(right, namespace, watched)
        };
        let (pods, leases) = (listed("pods", Value::Null), listed("leases", Value::Null));
        assert!(allows(&pods, None, None));
        assert!(allows(&listed("a", json!("status")), Some("shop"), None));
        assert!(!allows(&listed("secrets", Value::Null), Some("shop"), None));
        assert!(allows(&pods, Some("shop"), Some("shop")));
        assert!(!allows(&pods, Some("bank"), Some("shop")));
        assert!(!allows(&pods, None, Some("shop")));
        assert!(allows(&leases, Some(SYSTEM), Some("shop")));
        assert!(!allows(&leases, Some("shop"), None));
    }

    #[test]
    fn a_service_elsewhere_may_be_refused_to_an_operator_of_one_namespace() {
        let get =
            |resource: &str| right(&json!({"verb": "get", "objectRef": {"resource": resource}}));
        let (shop, bank) = (Some("shop"), Some("bank"));
        assert!(may_be_refused(&get("services"), bank, shop));
        assert!(!may_be_refused(&get("services"), shop, shop));
        assert!(!may_be_refused(&get("services"), bank, None));
        assert!(may_be_refused(&get("secrets"), bank, None));
        assert!(!may_be_refused(&get("configmaps"), bank, shop));
    }

    #[test]
    fn only_one_account_is_looked_at() {
        let by = |name: &str| {
            json!({"user": {"username": format!("system:serviceaccount:{SYSTEM}:{name}")},
                "objectRef": {}})
        };
        assert!(is_by(&by("componentgraph"), RELEASE));
        assert!(!is_by(&by("componentgraph-test"), RELEASE));
        assert!(!is_by(&json!({"user": {"username": "admin"}, "objectRef": {}}), RELEASE));
    }

    #[test]
    fn a_log_is_read_from_where_it_was_left() {
        let folder = tempfile::tempdir().unwrap();
        let log = AuditLog::new(folder.path().join("audit.log"));
        fs::write(&log.path, "{\"a\": 1}\n{\"a\"").unwrap();
        assert_eq!(log.events().unwrap().len(), 1);
        log.forget().unwrap();
        assert!(log.events().unwrap().is_empty());
        fs::write(&log.path, "{\"a\": 1}\n{\"a\": 2}\n").unwrap();
        assert_eq!(log.events().unwrap(), [json!({"a": 2})]);
    }
}
