//! Changes of a graph that serves.

use anyhow::{Result, ensure};
use serde_json::json;

use super::http;
use super::world::{World, pods_of};

const NAMESPACE: &str = "rollout";
const GRAPH: &str = "otel-example";

/// A new revision takes over while calls come in, and none fails.
pub(super) fn under_load(world: &World) -> Result<()> {
    world.namespace(NAMESPACE)?;
    world.apply_example(NAMESPACE, "otel/capability.yaml")?;
    world.ready(NAMESPACE, GRAPH)?;
    let before = world.pods(NAMESPACE)?;
    let address = world.address(NAMESPACE, GRAPH)?;
    let calls = http::meanwhile(&address, || {
        let value = json!({ "greeting": "hello" });
        let patch = json!([{ "op": "add", "path": "/spec/components/0/config", "value": value }]);
        let args = ["patch", "cg", GRAPH, "--namespace", NAMESPACE, "--type=json", "--patch"];
        world.kubectl.run(&[&args[..], &[patch.to_string().as_str()]].concat())?;
        world.until("new pods alone", |world| {
            let now = world.pods(NAMESPACE)?;
            Ok(!now.is_empty() && now.iter().all(|pod| !before.contains(pod)))
        })?;
        world.ready(NAMESPACE, GRAPH)
    })?;
    ensure!(calls > 0, "nothing was called meanwhile");
    Ok(())
}

/// The scenario before left the graph.
pub(super) fn scale(world: &World) -> Result<()> {
    world.scale(NAMESPACE, &format!("cg/{GRAPH}"), 2)?;
    world.until("two pods", |world| {
        let graph = world.get(NAMESPACE, &format!("cg/{GRAPH}"))?;
        Ok(pods_of(&graph) == "2/2")
    })?;
    ensure!(world.pods(NAMESPACE)?.len() == 2, "not two pods");
    world.delete_namespace(NAMESPACE)
}
