//! Records that arrive at the Collector, with all that tells where they come from.

use anyhow::{Result, ensure};

use super::http;
use super::world::{COLLECTOR, GRAPH, SYSTEM, World};

const NAMESPACE: &str = "records";
const EXAMPLES: [(&str, &str); 2] =
    [("otel/capability.yaml", "otel-example"), ("otel/components.yaml", "otel-example-components")];

/// The files of the laptop, unchanged.
pub(super) fn both_paths(world: &World) -> Result<()> {
    world.namespace(NAMESPACE)?;
    for (file, _) in EXAMPLES {
        world.apply_example(NAMESPACE, file)?;
    }
    for (_, graph) in EXAMPLES {
        let address = world.answering(NAMESPACE, graph)?;
        let message = format!("hello from {graph}");
        http::log(&address, &message)?;
        world.until("the record at the Collector", |world| {
            Ok(world.collected()?.contains(&message))
        })?;
        let text = world.collected()?;
        ensure!(text.matches(&format!("Str({message})")).count() == 1, "not once:\n{text}");
        has_identity(&text, &message, graph)?;
    }
    world.delete_namespace(NAMESPACE)
}

/// The Collector writes the resource above its records.
fn has_identity(text: &str, message: &str, graph: &str) -> Result<()> {
    let above = text.split(message).next().unwrap_or_default();
    let resource = above.rsplit("ResourceLog #").next().unwrap_or_default();
    let expected = [
        format!("k8s.namespace.name: Str({NAMESPACE})"),
        format!("k8s.pod.name: Str({graph}-"),
        format!("k8s.deployment.name: Str({graph})"),
        "k8s.node.name: Str(".to_owned(),
        "service.name: Str(".to_owned(),
        format!("componentgraph.graph: Str({graph})"),
        format!("componentgraph.revision: Str({graph}-"),
        "componentgraph.component: Str(".to_owned(),
    ];
    let absent: Vec<_> = expected.iter().filter(|line| !resource.contains(line.as_str())).collect();
    ensure!(absent.is_empty(), "the record of {graph} lacks {absent:?}:\n{resource}");
    Ok(())
}

/// Telemetry is never a reason to stop serving.
pub(super) fn without_collector(world: &World) -> Result<()> {
    // Another one than above, which may still be on its way out.
    const NAMESPACE: &str = "collectorless";
    let address = world.serving(NAMESPACE)?;
    world.scale(SYSTEM, COLLECTOR, 0)?;
    world.has_pods("collector", 0)?;
    let outcome =
        http::log(&address, "nobody listens").and_then(|()| world.ready(NAMESPACE, GRAPH));
    world.scale(SYSTEM, COLLECTOR, 1)?;
    world.rolled_out(SYSTEM, COLLECTOR)?;
    outcome?;
    world.delete_namespace(NAMESPACE)
}
