//! `operator try`, which `helm test` runs: what it leaves, and what it does not touch.

use std::process::Output;

use serde_json::json;
use tokio::process::Command;

use crate::world::{EXAMPLE, World};

const NAME: &str = "componentgraph-test";

/// Nobody makes the graph ready here, so it always fails in the end.
async fn attempt(world: &World) -> (Output, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_operator"));
    command.args(["try", "--namespace", &world.namespace, "--timeout", "1"]);
    command.env("KUBECONFIG", world.server.kubeconfig());
    let output = command.output().await.unwrap();
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    (output, String::from_utf8(text).unwrap())
}

#[tokio::test]
async fn a_trial_removes_its_graph_and_that_of_one_that_was_killed() {
    let world = World::new("trial").await;
    world.bind("cluster-admin").await;
    let (output, text) = attempt(&world).await;
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("the graph was not ready within 1 s"), "{text}");
    assert_eq!(world.get(graph::API_VERSION, graph::KIND, NAME).await, None);

    let left =
        EXAMPLE.replace("metadata: {name: otel-example", "metadata: {name: componentgraph-test");
    world.apply(&left).await;
    let (_, text) = attempt(&world).await;
    assert!(text.contains("is no trial's"), "{text}");
    assert!(world.get(graph::API_VERSION, graph::KIND, NAME).await.is_some());

    let label = json!({"metadata": {"labels": {"componentgraph.dev/trial": "true"}}});
    world.edit(NAME, label).await;
    let (_, text) = attempt(&world).await;
    assert!(text.contains("the graph was not ready within 1 s"), "{text}");
    assert_eq!(world.get(graph::API_VERSION, graph::KIND, NAME).await, None);
}
