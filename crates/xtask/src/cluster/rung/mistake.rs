//! A mistake in a manifest, as its author sees it.

use anyhow::{Result, ensure};
use serde_json::json;

use super::http;
use super::world::{GRAPH, World, condition};

const NAMESPACE: &str = "mistake";

/// The guest loses its import: nothing rolls, the reason stands in the status, and putting it back
/// heals everything.
pub(super) fn bad_revision(world: &World) -> Result<()> {
    let address = world.serving(NAMESPACE)?;
    let calls = http::meanwhile(&address, || {
        break_it(world)?;
        world.until("the reason", |world| {
            let graph = world.get(NAMESPACE, &format!("cg/{GRAPH}"))?;
            let stalled = condition(&graph, "Stalled")?;
            Ok(stalled.0 == "True" && stalled.1 == "UnsatisfiedImport")
        })?;
        let graph = world.get(NAMESPACE, &format!("cg/{GRAPH}"))?;
        for (kind, expected) in [("Ready", "False"), ("Composed", "False"), ("Available", "True")] {
            let found = condition(&graph, kind)?;
            ensure!(found.0 == expected, "{kind} is {found:?}");
        }
        let row = world.kubectl.run(&["get", "cg", GRAPH, "--namespace", NAMESPACE])?;
        ensure!(row.contains("UnsatisfiedImport") && row.contains("spec.components[0]"), "{row}");
        world.apply_example(NAMESPACE, "otel/capability.yaml")?;
        world.ready(NAMESPACE, GRAPH)
    })?;
    ensure!(calls > 0, "nothing was called meanwhile");
    world.delete_namespace(NAMESPACE)
}

fn break_it(world: &World) -> Result<()> {
    let patch = json!([{ "op": "replace", "path": "/spec/components/0/imports", "value": [] }]);
    let args = ["patch", "cg", GRAPH, "--namespace", NAMESPACE, "--type=json", "--patch"];
    world.kubectl.run(&[&args[..], &[patch.to_string().as_str()]].concat()).map(|_| ())
}
