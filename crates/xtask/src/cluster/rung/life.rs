//! The life of the installation itself.

use anyhow::{Result, ensure};

use super::world::{GRAPH, OPERATOR, RELEASE, SYSTEM, World, pods_of};
use super::{audit, http};

pub(super) fn helm_test(world: &World) -> Result<()> {
    let text = world.helm(&["test", RELEASE, "--timeout", "240s"])?;
    ensure!(text.contains("Phase:          Succeeded"), "{text}");
    Ok(())
}

/// Owners are enough for the cluster to clean up by itself.
pub(super) fn deleted_while_down(world: &World) -> Result<()> {
    const NAMESPACE: &str = "deleted";
    world.serving(NAMESPACE)?;
    world.scale(SYSTEM, OPERATOR, 0)?;
    world.has_pods("operator", 0)?;
    world.kubectl.run(&["delete", "cg", GRAPH, "--namespace", NAMESPACE, "--timeout=60s"])?;
    world.until("the children to go", |world| {
        let args = ["get", CHILDREN, "--namespace", NAMESPACE, "--output", "name"];
        let left = world.kubectl.run(&args)?;
        Ok(left.lines().all(|name| KUBERNETES_OWN.contains(&name)))
    })?;
    world.scale(SYSTEM, OPERATOR, 1)?;
    world.rolled_out(SYSTEM, OPERATOR)?;
    world.delete_namespace(NAMESPACE)
}

/// Another name for the same thing, and the account that the chart makes of it.
const OTHER: &str = "graphs";
const OTHERS_ACCOUNT: &str = "graphs-componentgraph";

const CHILDREN: &str = "configmaps,deployments,replicasets,pods,services,serviceaccounts,\
    networkpolicies,poddisruptionbudgets,horizontalpodautoscalers";

/// In every namespace, whoever uses it.
const KUBERNETES_OWN: [&str; 2] = ["configmap/kube-root-ca.crt", "serviceaccount/default"];

/// Graphs outlive the release, and serve meanwhile. The one that takes them up has rights in their
/// namespace only.
pub(super) fn reinstalled(world: &World) -> Result<()> {
    const NAMESPACE: &str = "reinstalled";
    let address = world.serving(NAMESPACE)?;
    http::meanwhile(&address, || {
        world.helm(&["uninstall", RELEASE, "--wait", "--timeout", "180s"])?;
        world.kubectl.run(&["get", "cg", GRAPH, "--namespace", NAMESPACE])?;
        // The definition changes hands, and graphs with it.
        let watched = format!("watchNamespaces={{{NAMESPACE}}}");
        world.install_as(OTHER, &["--take-ownership", "--set", &watched])?;
        world.scale(NAMESPACE, &format!("cg/{GRAPH}"), 2)?;
        world.until("the graph to be taken up", |world| {
            let graph = world.get(NAMESPACE, &format!("cg/{GRAPH}"))?;
            Ok(pods_of(&graph) == "2/2")
        })?;
        world.ready(NAMESPACE, GRAPH)
    })?;
    // Before its rights go with the release.
    audit::only_in(world, OTHERS_ACCOUNT, NAMESPACE)?;
    world.helm(&["uninstall", OTHER, "--wait", "--timeout", "180s"])?;
    // Pods take their time to end, and the operator gives its lease back when it does.
    world.until("everything of the chart to go", |world| {
        let args = ["get", "all,leases", "--namespace", SYSTEM, "--output", "name"];
        Ok(world.kubectl.run(&args)?.trim().is_empty())
    })?;
    world.delete_namespace(NAMESPACE)
}
