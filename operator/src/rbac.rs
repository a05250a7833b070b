//! What the operator may do, as one table. The chart's rules and the documented table are made from
//! it; a test compares it with what was really asked of an API server.

use serde_json::{Value, json};

/// One line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    pub group: &'static str,
    pub resources: &'static [&'static str],
    pub verbs: &'static [&'static str],
    /// Whether it holds for the operator's lease alone.
    pub is_for_lease: bool,
    /// What it is for.
    pub why: &'static str,
}

/// In every namespace with graphs.
pub const GRAPHS: &[Rule] = &[
    Rule {
        group: graph::GROUP,
        resources: &["componentgraphs"],
        verbs: &["list", "watch"],
        is_for_lease: false,
        why: "the graphs themselves",
    },
    Rule {
        group: graph::GROUP,
        resources: &["componentgraphs/status"],
        verbs: &["patch"],
        is_for_lease: false,
        why: "their status; never their spec",
    },
    Rule {
        group: "",
        resources: &["configmaps", "services", "serviceaccounts"],
        verbs: &["get", "list", "watch", "create", "patch", "delete"],
        is_for_lease: false,
        why: "children; those that a graph names are read by `get`",
    },
    Rule {
        group: "apps",
        resources: &["deployments"],
        verbs: &["get", "list", "watch", "create", "patch"],
        is_for_lease: false,
        why: "children; one that is not wanted goes with its graph",
    },
    Rule {
        group: "policy",
        resources: &["poddisruptionbudgets"],
        verbs: &["get", "list", "watch", "create", "patch", "delete"],
        is_for_lease: false,
        why: "children",
    },
    Rule {
        group: "networking.k8s.io",
        resources: &["networkpolicies"],
        verbs: &["get", "list", "watch", "create", "patch", "delete"],
        is_for_lease: false,
        why: "children",
    },
    Rule {
        group: "autoscaling",
        resources: &["horizontalpodautoscalers"],
        verbs: &["get", "list", "watch", "create", "patch", "delete"],
        is_for_lease: false,
        why: "children",
    },
    Rule {
        group: "",
        resources: &["pods"],
        verbs: &["list", "watch"],
        is_for_lease: false,
        why: "why pods do not start",
    },
    Rule {
        group: "apps",
        resources: &["replicasets"],
        verbs: &["list", "watch"],
        is_for_lease: false,
        why: "which revisions are still needed; metadata only",
    },
    Rule {
        group: "events.k8s.io",
        resources: &["events"],
        verbs: &["create", "patch"],
        is_for_lease: false,
        why: "a graph became ready, or ceased to be",
    },
];

/// In the operator's own namespace.
pub const OWN: &[Rule] = &[
    Rule {
        group: "coordination.k8s.io",
        resources: &["leases"],
        verbs: &["create"],
        is_for_lease: false,
        why: "one leader at a time; a name cannot be asked for here",
    },
    Rule {
        group: "coordination.k8s.io",
        resources: &["leases"],
        verbs: &["get", "patch", "delete"],
        is_for_lease: true,
        why: "one leader at a time; the last one leaves no lease",
    },
];

/// In namespaces whose pull secrets it may read.
pub const PULL_SECRETS: &[Rule] = &[Rule {
    group: "",
    resources: &["secrets"],
    verbs: &["get"],
    is_for_lease: false,
    why: "logins for registries that a graph names in `imagePullSecrets`; no other secret is asked for",
}];

/// The rules of a role as Kubernetes writes them.
pub fn rules(table: &[Rule], lease: &str) -> Value {
    let rules = table.iter().map(|rule| {
        let mut written =
            json!({"apiGroups": [rule.group], "resources": rule.resources, "verbs": rule.verbs});
        if let Some(map) = written.as_object_mut().filter(|_| rule.is_for_lease) {
            map.insert("resourceNames".to_owned(), json!([lease]));
        }
        written
    });
    rules.collect()
}

/// The table as people read it.
pub fn to_markdown() -> String {
    let mut text = String::from(HEAD);
    for (title, table) in [(GRAPHS_TITLE, GRAPHS), (OWN_TITLE, OWN), (PULL_TITLE, PULL_SECRETS)] {
        text.push_str(&format!(
            "\n## {title}\n\n| group | resources | verbs | for |\n|---|---|---|---|\n"
        ));
        for Rule { group, resources, verbs, is_for_lease, why } in table {
            let group = if group.is_empty() { "core" } else { group };
            let words = |list: &[&str]| format!("`{}`", list.join("`, `"));
            let (resources, verbs) = (words(resources), words(verbs));
            let resources = if *is_for_lease { format!("{resources}, by name") } else { resources };
            text.push_str(&format!("| {group} | {resources} | {verbs} | {why} |\n"));
        }
    }
    text
}

const GRAPHS_TITLE: &str = "In every namespace with graphs";
const OWN_TITLE: &str = "In its own namespace";
const PULL_TITLE: &str = "Where it may read pull secrets";
const HEAD: &str = "\
# Rights

What the operator may do, and nothing else: a test compares these tables with the audit log of an API
server. The chart's roles are made from the same tables; `operator rbac --lease-name NAME` prints them as
YAML, where NAME is the lease's, the beginning of all names of a release. It reads no Secret unless it is
given the last of them, the ClusterRole `componentgraph-pull-secrets` (the first part is that beginning), in
a namespace (value `pullSecrets` of the chart): what a graph names is mounted by the kubelet.

The operator watches all namespaces, with one ClusterRoleBinding, or those that are listed, with one
RoleBinding in each; the latter suffices for all of this.
";

/// All roles as YAML, keyed by where they hold.
pub fn to_yaml(lease: &str) -> Result<String, serde_yaml::Error> {
    serde_yaml::to_string(&json!({
        "graphs": rules(GRAPHS, lease),
        "own": rules(OWN, lease),
        "pullSecrets": rules(PULL_SECRETS, lease),
    }))
}

#[cfg(test)]
mod tests {
    use expect_test::expect_file;

    use super::*;

    #[test]
    fn the_documented_rights_are_those_of_the_table() {
        expect_file!["../../docs/rbac.md"].assert_eq(&to_markdown());
    }

    #[test]
    fn the_chart_grants_the_rights_of_the_table() {
        // The chart fills in the name that it gives the lease.
        let rules = to_yaml("{{ include \"componentgraph.name\" . }}").unwrap();
        expect_file!["../../charts/componentgraph/files/rules.yaml"].assert_eq(&rules);
    }

    #[test]
    fn the_chart_installs_the_definition() {
        expect_file!["../../charts/componentgraph/files/componentgraphs.yaml"]
            .assert_eq(&graph::crd_yaml().unwrap());
    }

    #[test]
    fn no_right_is_wider_than_its_name() {
        for Rule { group, resources, verbs, .. } in GRAPHS.iter().chain(OWN) {
            assert!(!resources.contains(&"secrets") && !resources.contains(&"*"));
            assert!(
                !verbs.contains(&"*") && *group != "*" && *group != "rbac.authorization.k8s.io"
            );
        }
    }
}
