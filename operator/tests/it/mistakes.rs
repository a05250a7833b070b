//! Mistakes in graphs that a server takes: each with the condition that turns false, its reason and
//! the message a user reads.

use std::fmt::Write;

use expect_test::expect_file;
use serde_json::{Value, json};

use crate::world::{EXAMPLE, World, expect};

type Mistake = (&'static str, fn(&mut Value));

/// The first condition of a graph that is false or unknown.
const ORDER: [&str; 3] = ["Accepted", "Resolved", "Composed"];

#[tokio::test]
async fn each_mistake_has_its_reason() {
    let world = World::new("mistakes").await;
    for (key, bytes) in [("text", &b"text"[..]), ("module", b"\0asm\x01\0\0\0"), ("empty", b"")] {
        world.store(&format!("with-{key}"), bytes).await;
    }
    for (number, (_, edit)) in MISTAKES.iter().enumerate() {
        let mut object: Value = serde_yaml::from_str(EXAMPLE).unwrap();
        edit(&mut object);
        object["metadata"]["name"] = json!(format!("graph-{number}"));
        object["metadata"]["namespace"] = json!(world.namespace);
        world.put(&object).await;
    }
    let operator = world.operator();
    let mut text = String::new();
    for (number, (what, _)) in MISTAKES.iter().enumerate() {
        let _ = writeln!(text, "{what}\n{}", refusal(&world, &format!("graph-{number}")).await);
    }
    expect_file!["../golden/mistakes.txt"].assert_eq(&world.steady(&text));
    operator.stop().await;
}

pub(crate) async fn refusal(world: &World, name: &str) -> String {
    let found = expect(&format!("{name} is refused"), async || {
        let graph = world.graph(name).await;
        let conditions = graph["status"]["conditions"].as_array().cloned().unwrap_or_default();
        let bad = conditions.into_iter().find(|condition| {
            condition["status"] != "True" && ORDER.contains(&condition["type"].as_str().unwrap())
        });
        bad.ok_or_else(|| graph["status"]["summary"].to_string())
    })
    .await;
    let part = |key: &str| found[key].as_str().unwrap();
    let message = part("message").replace('\n', "\n  ");
    format!("  {}={} {}\n  {message}", part("type"), part("status"), part("reason"))
}

const MISTAKES: [Mistake; 19] = [
    ("a route to a component that is not there", |o| {
        o["spec"]["http"]["routes"][0]["component"] = json!("gest");
    }),
    ("two components that import each other", |o| {
        o["spec"]["components"][1]["imports"] = json!(["grpc", "wasip2", "guest"]);
    }),
    ("two providers of one interface", |o| {
        o["spec"]["components"][0]["imports"] = json!(["otel", "host"]);
        let host = json!({"name": "host", "type": "otel"});
        o["spec"]["capabilities"].as_array_mut().unwrap().push(host);
    }),
    ("an import that nobody satisfies", |o| o["spec"]["components"][0]["imports"] = json!([])),
    ("a grant that is missing", |o| {
        o["spec"]["components"][1]["imports"] = json!(["wasip2"]);
    }),
    ("a provider that gives nothing", |o| {
        o["spec"]["components"][0]["imports"] = json!(["otel", "grpc"]);
    }),
    ("a function that is not there", |o| {
        o["spec"]["http"]["routes"][0]["function"] = json!("test.lgo");
    }),
    ("a file", |o| source(o, json!({"file": "guest.wasm"}))),
    ("a built-in component that is not there", |o| source(o, json!({"builtin": "hello-lgo"}))),
    ("a digest that is another's", |o| {
        o["spec"]["components"][0]["digest"] = json!(format!("sha256:{}", "0".repeat(64)));
    }),
    ("a ConfigMap that is not there", |o| from_map(o, "nobody", "wasm")),
    ("a key that is not there", |o| from_map(o, "with-text", "other")),
    ("text", |o| from_map(o, "with-text", "wasm")),
    ("a module", |o| from_map(o, "with-module", "wasm")),
    ("nothing", |o| from_map(o, "with-empty", "wasm")),
    ("a limit that no process can keep", |o| o["spec"]["limits"] = json!({"memory": "8Gi"})),
    ("the port of the probes", |o| o["spec"]["http"]["port"] = json!(9090)),
    ("more than 512 KiB", |o| {
        let config = (0..20).map(|n| (format!("key-{n}"), json!("x".repeat(30_000))));
        o["spec"]["components"][0]["config"] = Value::Object(config.collect());
    }),
    ("an overlay that fights the operator", |o| {
        o["spec"]["podTemplate"] = json!({"spec": {"serviceAccountName": "theirs"}});
    }),
];

fn source(object: &mut Value, source: Value) {
    let mut guest = json!({"name": "guest", "imports": ["otel"]});
    guest.as_object_mut().unwrap().extend(source.as_object().unwrap().clone());
    object["spec"]["components"][0] = guest;
}

fn from_map(object: &mut Value, name: &str, key: &str) {
    source(object, json!({"configMapKeyRef": {"name": name, "key": key}}));
}

/// Nobody watches the ConfigMaps of users.
#[tokio::test]
async fn bytes_that_are_mended_are_taken_up() {
    let world = World::new("mended").await;
    world.store("guest", b"text").await;
    let source = "configMapKeyRef: {name: guest, key: wasm}";
    world.apply(&EXAMPLE.replace("builtin: hello-log", source)).await;
    let operator = world.operator();
    world.condition("otel-example", "Resolved", "NotWasm").await;
    world.store("guest", artifacts::builtin("otel-to-grpc").unwrap()).await;
    world.condition("otel-example", "Composed", "NotInherited").await;
    world.store("guest", artifacts::builtin("hello-log").unwrap()).await;
    world.rolled("otel-example").await;
    operator.stop().await;
}

#[tokio::test]
async fn names_at_their_limits_roll() {
    let world = World::new("limits").await;
    let (graph, component) = ("g".repeat(52), "c".repeat(63));
    let manifest = EXAMPLE.replace("otel-example", &graph);
    world.apply(&manifest.replace("guest", &component)).await;
    let operator = world.operator();
    let found = world.rolled(&graph).await;
    assert_eq!(found["status"]["components"][0]["name"], component);
    assert!(world.get("v1", "Service", &graph).await.is_some());
    operator.stop().await;
}
