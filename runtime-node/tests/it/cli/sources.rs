//! GRAPH and `--component`: where manifest and artifacts come from.

use expect_test::expect;

use super::capability_path;
use crate::support::{Collector, Done, Graph, example, finish, fixture};

const JSON: &str = r#"{
  "apiVersion": "componentgraph.dev/v1alpha1",
  "kind": "ComponentGraph",
  "metadata": {"name": "otel-example"},
  "spec": {
    "components": [
      {"name": "guest", "builtin": "hello-log", "imports": ["otel"]},
      {"name": "otel", "builtin": "otel-to-grpc", "imports": ["grpc", "wasip2"]}
    ],
    "capabilities": [
      {"name": "grpc", "type": "grpc", "grpc": {"paths": {
        "logs": "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
        "traces": "/opentelemetry.proto.collector.trace.v1.TraceService/Export"}}},
      {"name": "wasip2", "type": "wasi:p2"}
    ],
    "http": {"routes": [
      {"name": "log", "method": "POST", "path": "/log", "component": "guest", "function": "test.log"}
    ]}
  }
}"#;

async fn piped(graph: &Graph, args: &[&str], manifest: &str) -> Done {
    finish(graph.command(args), manifest).await
}

#[tokio::test]
async fn yaml_and_json_from_a_file_and_from_a_pipe() {
    let graph = capability_path().with_file("graph.json", JSON);
    let yaml = std::fs::read_to_string(example("capability.yaml")).expect("example");
    let wired = graph.run(&["graph", "graph.yaml", "--format", "json"]).await.expect(0).json();
    let ways = [
        graph.run(&["graph", "graph.json", "--format", "json"]).await,
        piped(&graph, &["graph", "-", "--format", "json"], &yaml).await,
        piped(&graph, &["graph", "-", "--format", "json"], JSON).await,
    ];
    for way in ways {
        assert_eq!(way.expect(0).json(), wired);
    }
}

/// Files of a manifest from a pipe are relative to where the program runs.
#[tokio::test]
async fn a_piped_manifest_names_files() {
    let graph = Graph::of_text("").with_fixture("counter");
    let manifest = "apiVersion: componentgraph.dev/v1alpha1\nkind: ComponentGraph\n\
                    metadata: {name: piped}\n\
                    spec: {components: [{name: counter, file: counter.wasm}]}\n";
    let done = piped(&graph, &["invoke", "-", "counter", "increment"], manifest).await.expect(0);
    assert_eq!(done.json(), 1);
}

#[tokio::test]
async fn problems_of_a_pipe_name_it() {
    let graph = Graph::of_text("");
    let done = piped(&graph, &["check", "-"], "kind: [").await.expect(1);
    done.says("--> <stdin>:1:");
    piped(&graph, &["check", "-"], "").await.expect(1);
}

#[tokio::test]
async fn a_file_in_the_place_of_an_artifact() {
    let collector = Collector::start().await;
    let manifest = std::fs::read_to_string(example("capability.yaml")).expect("example");
    // The route leads to a function that the other component does not have.
    let (without_routes, _) = manifest.split_once("  http:\n").expect("routes");
    let graph = Graph::of_text(without_routes).sending_to(&collector.url());
    let other = format!("guest={}", fixture("big-log").display());
    let call = ["--component", &other, "guest", "emit", "3"];
    graph.invoke(&call).await.expect(0);
    assert_eq!(collector.bodies(), [("xxx".to_owned(), "guest".to_owned())]);
    // The artifact of the manifest is back without the option.
    graph.invoke(&["guest", "emit", "3"]).await.expect(2);
}

#[tokio::test]
async fn an_option_that_replaces_nothing() {
    let graph = capability_path().with_file("guest.txt", "text");
    let shown = async |value: &str| {
        graph.run(&["check", "graph.yaml", "--component", value]).await.expect(1).shown()
    };
    let all = [
        shown("gest=guest.txt").await,
        shown("guest=gust.wasm").await,
        shown("guest=guest.txt").await,
    ];
    expect![[r#"
        exit 1
        --- stderr
        error[unknown-component]: no component is named `gest`, so nothing can stand in for it
        --> graph.yaml
         = field: --component gest
         = fix: did you mean `guest`?
        exit 1
        --- stderr
        error[file-missing]: component `guest`: file `gust.wasm` does not exist
        --> graph.yaml
         = field: --component guest
         = found: nothing at `gust.wasm`
         = fix: did you mean `guest.txt`?
        exit 1
        --- stderr
        error[not-wasm]: component `guest`: file `guest.txt` is text
        --> graph.yaml
         = field: --component guest
         = fix: point it at a WebAssembly component
    "#]]
    .assert_eq(&all.concat());
}

#[tokio::test]
async fn a_manifest_that_cannot_be_read() {
    let graph = Graph::of_text("");
    let missing = graph.run(&["check", "grpah.yaml"]).await.expect(1);
    let directory = graph.run(&["check", "."]).await.expect(1);
    expect![[r#"
        exit 1
        --- stderr
        error[manifest-unreadable]: the manifest grpah.yaml cannot be read: No such file or directory (os error 2)
        --> grpah.yaml
         = expected: a readable file with one ComponentGraph, or - for standard input
         = fix: check the path
        exit 1
        --- stderr
        error[manifest-unreadable]: the manifest . cannot be read: Is a directory (os error 21)
        --> .
         = expected: a readable file with one ComponentGraph, or - for standard input
         = fix: check the path
    "#]].assert_eq(&[missing.shown(), directory.shown()].concat());
}
