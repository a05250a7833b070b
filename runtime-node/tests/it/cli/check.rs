//! `check`: all problems at once, for people and for programs, and nothing is run.

use expect_test::expect;

use super::capability_path;
use crate::support::Graph;

#[tokio::test]
async fn nothing_is_wrong() {
    let graph = capability_path();
    let checked = async |more: &[&str]| {
        graph.run(&[&["check", "graph.yaml"], more].concat()).await.expect(0).shown()
    };
    let all = [
        checked(&[]).await,
        checked(&["--target", "cluster"]).await,
        checked(&["--output", "json"]).await,
    ];
    expect![[r#"
        exit 0
        --- stdout
        otel-example: no problems; 2 instances, 1 links, 7 grants
        exit 0
        --- stdout
        otel-example: no problems; 2 instances, 1 links, 7 grants
        exit 0
        --- stdout
        {"problems":[]}
    "#]]
    .assert_eq(&all.concat());
}

#[tokio::test]
async fn three_mistakes_at_once() {
    let graph = Graph::new(
        "components:
  - {name: guest, builtin: hello-log, imports: [otle]}
  - {name: otel, builtin: otel-to-grpc, import: [grpc, wasip2]}
capabilities:
  - {name: grpc, type: gprc}",
    );
    let text = graph.run(&["check", "graph.yaml"]).await.expect(1);
    expect![[r#"
        exit 1
        --- stderr
        error[unknown-import]: component `guest` imports `otle`, which does not exist
         --> graph.yaml:6:51
          |
        6 |     - {name: guest, builtin: hello-log, imports: [otle]}
          |                                                   ^^^^
          |
          = field: spec.components[0].imports[0]
          = expected: one of `otel`, `grpc`
          = found: `otle`
          = fix: write `otel`, or add a component or capability `otle`

        error[unknown-key]: `import` of component `otel` is unknown
         --> graph.yaml:7:43
          |
        7 |     - {name: otel, builtin: otel-to-grpc, import: [grpc, wasip2]}
          |                                           ^^^^^^
          |
          = field: spec.components[1].import
          = expected: one of `name`, `image`, `file`, `builtin`, `configMapKeyRef`, `url`, `digest`, `imports`, `links`, `config`, `configFrom`, `env`, `limits`, `labels`, `instances`
          = found: `import`
          = fix: write `imports`

        error[unknown-capability-type]: `type` of capability `grpc` is an unknown word
         --> graph.yaml:9:26
          |
        9 |     - {name: grpc, type: gprc}
          |                          ^^^^
          |
          = field: spec.capabilities[0].type
          = expected: one of `grpc`, `otel`, `wasi:p2`, `wasi:http`, `wasi:filesystem`, `wasi:sockets`, `wasi:keyvalue`
          = found: `gprc`
          = fix: write `grpc`
    "#]].assert_eq(&text.shown());
    let json = graph.run(&["check", "graph.yaml", "--output", "json"]).await.expect(1);
    assert_eq!(json.stderr, "");
    let report = json.json();
    let problems = report["problems"].as_array().expect("problems");
    let places: Vec<_> = problems
        .iter()
        .map(|p| format!("{} {} {}", p["code"], p["field"], p["position"]))
        .collect();
    expect![[r#"
        "unknown-import" "spec.components[0].imports[0]" {"line":6,"column":51}
        "unknown-key" "spec.components[1].import" {"line":7,"column":43}
        "unknown-capability-type" "spec.capabilities[0].type" {"line":9,"column":26}"#]]
    .assert_eq(&places.join("\n"));
    // The text has the same data.
    for problem in problems {
        for key in ["code", "field", "message", "expected", "found", "fix"] {
            let value = problem[key].as_str().unwrap_or_else(|| panic!("{key} of {problem}"));
            text.says(value);
        }
    }
}

/// What each step of loading finds is in one report: artifacts, links and settings.
#[tokio::test]
async fn problems_of_every_step_at_once() {
    let graph = Graph::new(
        "components:
  - {name: guest, builtin: hello-log}
  - {name: lost, file: lost.wasm}
  - {name: counter, file: counter.wasm, configFrom: [{secretRef: {name: keys}}]}",
    )
    .with_fixture("counter");
    let done = graph.run(&["check", "graph.yaml"]).await.expect(1);
    expect![[r#"
        exit 1
        --- stderr
        error[unsatisfied-import]: component `guest` imports `wasi:otel/logs@0.2.0-rc.2+patch`, and nothing in the graph provides it
         --> graph.yaml:6:8
          |
        6 |     - {name: guest, builtin: hello-log}
          |        ^^^^^^^^^^^
          |
          = field: spec.components[0].imports
          = fix: add a capability of type `otel`, or a component that exports it, and list it in the imports of `guest`

        error[file-missing]: component `lost`: file `lost.wasm` does not exist
         --> graph.yaml:7:26
          |
        7 |     - {name: lost, file: lost.wasm}
          |                          ^^^^^^^^^
          |
          = field: spec.components[1].file
          = found: nothing at `./lost.wasm`
          = fix: build the component, or take one that is there: counter.wasm

        error[config-missing]: configuration of component "counter": there is no directory of Secrets
         --> graph.yaml:8:57
          |
        8 |     - {name: counter, file: counter.wasm, configFrom: [{secretRef: {name: keys}}]}
          |                                                         ^^^^^^^^^
          |
          = field: spec.components[2].configFrom[0]
          = fix: give --secrets-dir, a directory <secret>/<key>
    "#]].assert_eq(&done.shown());
}

#[tokio::test]
async fn no_cluster_reads_files_of_a_laptop() {
    let graph = Graph::new("components:\n  - {name: spin, file: spin.wasm}").with_fixture("spin");
    graph.run(&["check", "graph.yaml", "--target", "laptop"]).await.expect(0);
    let done = graph.run(&["check", "graph.yaml", "--target", "cluster"]).await.expect(1);
    expect![[r#"
        exit 1
        --- stderr
        error[local-source]: component `spin` has `file`, which no cluster can read
         --> graph.yaml:6:26
          |
        6 |     - {name: spin, file: spin.wasm}
          |                          ^^^^^^^^^
          |
          = field: spec.components[0].file
          = expected: `image`, `builtin`, `configMapKeyRef` or `url`
          = found: `file`
          = fix: push the component to a registry and write `image`
    "#]]
    .assert_eq(&done.shown());
}

/// Every command that reads a graph refuses it alike, and nothing is run.
#[tokio::test]
async fn each_command_says_the_same_of_a_broken_graph() {
    let graph = Graph::new("components:\n  - {name: guest, builtin: helo-log}");
    let said = graph.run(&["check", "graph.yaml"]).await.expect(1).stderr;
    let calls: &[&[&str]] = &[
        &["graph", "graph.yaml"],
        &["explain", "graph.yaml", "guest"],
        &["compose", "graph.yaml", "-o", "out.wasm"],
        &["invoke", "graph.yaml", "guest", "log", "hi"],
        &["run", "graph.yaml"],
    ];
    for call in calls {
        let done = graph.run(call).await.expect(1);
        assert_eq!((done.stdout.as_str(), done.stderr.as_str()), ("", said.as_str()), "{call:?}");
    }
    assert!(!graph.path("out.wasm").exists());
    let json = graph.invoke(&["guest", "log", "hi", "--output", "json"]).await.expect(1);
    assert_eq!(json.json()["problems"][0]["code"], "unknown-builtin");
}
