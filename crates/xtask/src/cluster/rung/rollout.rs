//! Changes of a graph that serves.

use anyhow::{Result, ensure};
use serde_json::json;

use super::http;
use super::world::{GRAPH, World, pods_of};

/// A new revision takes over while calls come in, and none fails.
pub(super) fn under_load(world: &World) -> Result<()> {
    const NAMESPACE: &str = "rollout";
    let address = world.serving(NAMESPACE)?;
    let before = world.pods(NAMESPACE)?;
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
    world.delete_namespace(NAMESPACE)
}

pub(super) fn scale(world: &World) -> Result<()> {
    const NAMESPACE: &str = "scaled";
    world.serving(NAMESPACE)?;
    world.scale(NAMESPACE, &format!("cg/{GRAPH}"), 2)?;
    world.until("two pods", |world| {
        let graph = world.get(NAMESPACE, &format!("cg/{GRAPH}"))?;
        Ok(pods_of(&graph) == "2/2")
    })?;
    ensure!(world.pods(NAMESPACE)?.len() == 2, "not two pods");
    world.delete_namespace(NAMESPACE)
}
