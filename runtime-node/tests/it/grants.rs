//! Who may use what: the same interface granted twice leads to two places, what is not listed is
//! not there, and what one component emits is never another's.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{Collector, Graph, example, finish, program};

#[tokio::test]
async fn two_capabilities_of_one_interface_lead_to_two_collectors() {
    let (first, second) = (Collector::start().await, Collector::start().await);
    let graph = Graph::new(&format!(
        "components:
  - {{name: one, file: FIXTURES/hello-log.wasm, imports: [otel-one]}}
  - {{name: two, file: FIXTURES/hello-log.wasm, imports: [otel-two]}}
  - {{name: otel-one, builtin: otel-to-grpc, imports: [first, wasip2]}}
  - {{name: otel-two, builtin: otel-to-grpc, imports: [second, wasip2]}}
capabilities:
  - name: first
    type: grpc
    grpc: {{url: \"{}\", paths: {{logs: /opentelemetry.proto.collector.logs.v1.LogsService/Export}}}}
  - name: second
    type: grpc
    grpc: {{url: \"{}\", paths: {{logs: /opentelemetry.proto.collector.logs.v1.LogsService/Export}}}}
  - {{name: wasip2, type: wasi:p2}}",
        first.url(),
        second.url()
    ));
    graph.invoke(&["one", "log", "for the first"]).await.expect(0);
    graph.invoke(&["two", "log", "for the second"]).await.expect(0);
    assert_eq!(first.bodies(), [("for the first".to_owned(), "one".to_owned())]);
    assert_eq!(second.bodies(), [("for the second".to_owned(), "two".to_owned())]);
}

/// Both guests share one entry of the manifest; the node makes an instance of it for each.
#[tokio::test]
async fn a_shared_entry_names_the_component_that_emits() {
    let collector = Collector::start().await;
    let graph = Graph::new(
        "components:
  - {name: one, file: FIXTURES/hello-log.wasm, imports: [otel]}
  - {name: two, file: FIXTURES/hello-log.wasm, imports: [otel]}
  - {name: otel, builtin: otel-to-grpc, imports: [grpc, wasip2]}
capabilities:
  - name: grpc
    type: grpc
    grpc: {paths: {logs: /opentelemetry.proto.collector.logs.v1.LogsService/Export}}
  - {name: wasip2, type: wasi:p2}",
    )
    .sending_to(&collector.url());
    graph.invoke(&["one", "log", "a"]).await.expect(0);
    graph.invoke(&["two", "log", "b"]).await.expect(0);
    let expected = [("a", "one"), ("b", "two")].map(|(body, by)| (body.to_owned(), by.to_owned()));
    assert_eq!(collector.bodies(), expected);
}

/// The capability exists; a component that does not list it does not get it.
#[tokio::test]
async fn what_is_not_listed_is_not_granted() {
    let graph = Graph::new(
        "components:
  - {name: sender, file: FIXTURES/grpc-send.wasm}
  - {name: other, file: FIXTURES/grpc-send.wasm, imports: [grpc]}
capabilities:
  - {name: grpc, type: grpc, grpc: {paths: {logs: /a.B/C}}}",
    );
    let done = graph.invoke(&["other", "send", "logs", "0"]).await.expect(1);
    done.says("error[not-inherited]");
    done.says("add `grpc` to the imports of `sender`");
    assert_eq!(done.stdout, "");
}

/// Only the graph differs between the two paths.
#[tokio::test]
async fn guest_and_adapter_are_the_same_bytes_on_both_paths() {
    let mut digests = Vec::new();
    for name in ["capability.yaml", "components.yaml"] {
        let mut command = program();
        command.arg("graph").arg(example(name)).args(["--format", "json"]);
        let ledger = finish(command, "").await.expect(0).json();
        let of: BTreeMap<_, _> = ledger["instances"]
            .as_array()
            .expect("instances")
            .iter()
            .map(|i| (text(&i["component"]), text(&i["digest"])))
            .collect();
        digests.push([of["guest"].clone(), of["otel"].clone()]);
    }
    assert_eq!(digests[0], digests[1]);
    assert_ne!(digests[0][0], digests[0][1]);
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}
