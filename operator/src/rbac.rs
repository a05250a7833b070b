//! What the operator may do, as one table. The chart's rules and the documented table are made from
//! it; a test compares it with what was really asked of an API server.

use serde_json::{Value, json};

/// One line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    pub group: &'static str,
    pub resources: &'static [&'static str],
    pub verbs: &'static [&'static str],
    /// What it is for.
    pub why: &'static str,
}

/// In every namespace with graphs.
pub const GRAPHS: &[Rule] = &[
    Rule {
        group: graph::GROUP,
        resources: &["componentgraphs"],
        verbs: &["list", "watch"],
        why: "the graphs themselves",
    },
    Rule {
        group: graph::GROUP,
        resources: &["componentgraphs/status"],
        verbs: &["patch"],
        why: "their status; never their spec",
    },
    Rule {
        group: "",
        resources: &["configmaps", "services", "serviceaccounts"],
        verbs: &["get", "list", "watch", "create", "patch", "delete"],
        why: "children; ConfigMaps and Services that a graph names are read by `get`",
    },
    Rule {
        group: "apps",
        resources: &["deployments"],
        verbs: &["get", "list", "watch", "create", "patch"],
        why: "children; one that is not wanted goes with its graph",
    },
    Rule {
        group: "policy",
        resources: &["poddisruptionbudgets"],
        verbs: &["get", "list", "watch", "create", "patch", "delete"],
        why: "children",
    },
    Rule {
        group: "networking.k8s.io",
        resources: &["networkpolicies"],
        verbs: &["get", "list", "watch", "create", "patch", "delete"],
        why: "children",
    },
    Rule {
        group: "autoscaling",
        resources: &["horizontalpodautoscalers"],
        verbs: &["get", "list", "watch", "create", "patch", "delete"],
        why: "children",
    },
    Rule {
        group: "",
        resources: &["pods"],
        verbs: &["list", "watch"],
        why: "why pods do not start",
    },
    Rule {
        group: "apps",
        resources: &["replicasets"],
        verbs: &["list", "watch"],
        why: "which revisions are still needed; metadata only",
    },
    Rule {
        group: "events.k8s.io",
        resources: &["events"],
        verbs: &["create", "patch"],
        why: "a graph became ready, or ceased to be",
    },
];

/// In the operator's own namespace.
pub const OWN: &[Rule] = &[Rule {
    group: "coordination.k8s.io",
    resources: &["leases"],
    verbs: &["get", "create", "patch"],
    why: "one leader at a time",
}];

/// The rules of a role as Kubernetes writes them.
pub fn rules(table: &[Rule]) -> Value {
    let rules = table.iter().map(
        |rule| json!({"apiGroups": [rule.group], "resources": rule.resources, "verbs": rule.verbs}),
    );
    rules.collect()
}

/// Both roles as YAML, keyed by where they hold.
pub fn to_yaml() -> Result<String, serde_yaml::Error> {
    serde_yaml::to_string(&json!({"graphs": rules(GRAPHS), "own": rules(OWN)}))
}
