//! What a user reads while a graph is made, serves, breaks and is mended.

use std::fmt::Write;

use expect_test::expect_file;
use serde_json::{Value, json};

use crate::world::{EXAMPLE, NAME, World};

#[tokio::test]
async fn conditions_across_a_life() {
    let world = World::new("life").await;
    let operator = world.operator();
    let mut text = String::new();
    let mut see = async |what, kind, reason| {
        let graph = world.condition(NAME, kind, reason).await;
        show(&mut text, what, &graph);
    };
    world.apply(EXAMPLE).await;
    see("applied", "Available", "Starting").await;
    world.serve(NAME, true).await;
    see("its pod serves", "Ready", "Ready").await;
    let bad = EXAMPLE.replace("imports: [otel]", "imports: [otell]");
    world.apply(&bad).await;
    see("a mistake in the manifest", "Ready", "UnknownImport").await;
    world.apply(&EXAMPLE.replace("imports: [otel]", "imports: []")).await;
    see("an import that nobody satisfies", "Composed", "UnsatisfiedImport").await;
    let map = "configMapKeyRef: {name: guest, key: guest.wasm}";
    world.apply(&EXAMPLE.replace("builtin: hello-log", map)).await;
    see("an artifact that is not there", "Resolved", "ConfigMapMissing").await;
    let text_map = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"guest.wasm": "text"},
        "metadata": {"name": "guest", "namespace": world.namespace}});
    world.put(&text_map).await;
    see("an artifact that is no component", "Resolved", "NotWasm").await;
    let file = EXAMPLE.replace("builtin: hello-log", "file: guest.wasm");
    world.apply(&file).await;
    see("a file of a laptop", "Accepted", "LocalSource").await;
    world.apply(EXAMPLE).await;
    see("mended", "Ready", "Ready").await;
    expect_file!["../golden/life.txt"].assert_eq(&text);
    operator.stop().await;
}

pub(crate) fn show(text: &mut String, what: &str, graph: &Value) {
    let status = &graph["status"];
    let _ = writeln!(text, "{what}\n  {}", status["summary"].as_str().unwrap());
    for condition in status["conditions"].as_array().unwrap() {
        let part = |key: &str| condition[key].as_str().unwrap();
        let (kind, is, reason) = (part("type"), part("status"), part("reason"));
        let _ = writeln!(text, "  {kind}={is} {reason}: {}", part("message"));
    }
}

#[tokio::test]
async fn a_status_says_what_there_is() {
    let (world, operator) = World::rolled_out("status", EXAMPLE).await;
    world.serve(NAME, true).await;
    let graph = world.condition(NAME, "Ready", "Ready").await;
    let mut status = graph["status"].clone();
    for condition in status["conditions"].as_array_mut().unwrap() {
        condition["lastTransitionTime"] = json!("TIME");
    }
    expect_file!["../golden/status.yaml"].assert_eq(&world.steady_yaml(status));
    operator.stop().await;
}
