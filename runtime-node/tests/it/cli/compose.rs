//! `compose` and `inspect`: the composition as a file, and what a file says of itself.

use expect_test::{expect, expect_file};

use super::{capability_path, component_path, without_digests};
use crate::support::Graph;

/// The size depends on the compiler.
fn without_size(text: &str) -> String {
    let (start, rest) = text.split_once(" (").expect("size");
    let (size, end) = rest.split_once(" bytes)").expect("size");
    assert!(size.parse::<usize>().expect("number") > 0);
    without_digests(&format!("{start} (N bytes){end}"))
}

#[tokio::test]
async fn the_same_input_gives_the_same_bytes() {
    let mut all = Vec::new();
    for graph in [component_path(), component_path()] {
        for out in ["one.wasm", "two.wasm"] {
            let done = graph.run(&["compose", "graph.yaml", "-o", out]).await.expect(0);
            expect!["sha256:… OUT (N bytes)\n"]
                .assert_eq(&without_size(&done.stdout.replace(out, "OUT")));
            assert_eq!(done.stderr, "");
            let digest = done.stdout.split(' ').next().expect("digest").to_owned();
            all.push((digest, std::fs::read(graph.path(out)).expect("written")));
        }
        let inspected = graph.run(&["inspect", "one.wasm", "--output", "json"]).await.expect(0);
        assert_eq!(inspected.json()["digest"], all[0].0.as_str());
    }
    assert!(all.iter().all(|other| *other == all[0]));
}

#[tokio::test]
async fn the_ledger_is_in_the_file() {
    let graph = component_path();
    graph.run(&["compose", "graph.yaml", "-o", "out.wasm"]).await.expect(0);
    let wired = graph.run(&["graph", "graph.yaml", "--format", "json"]).await.expect(0).json();
    let inspected = graph.run(&["inspect", "out.wasm", "--output", "json"]).await.expect(0).json();
    assert_eq!(inspected["ledger"], wired);
    let text = graph.run(&["inspect", "out.wasm"]).await.expect(0);
    expect_file!["inspect-composition.expect"].assert_eq(&text.shown());
}

#[tokio::test]
async fn a_portable_composition_has_standard_names_and_one_export() {
    let graph = capability_path();
    let args = ["compose", "graph.yaml", "-o", "out.wasm", "--portable"];
    graph.run(&args).await.expect(0);
    let first = std::fs::read(graph.path("out.wasm")).expect("written");
    let text = graph.run(&["inspect", "out.wasm"]).await.expect(0);
    expect![[r#"
        exit 0
        --- stdout
        digest sha256:…
        composition of graph otel-example: 2 instances, 1 links, 7 grants
        import wasi:otel/types@0.2.0-rc.2+patch  [types only]
        import wasi:clocks/wall-clock@0.2.12  [class B: shared]
          now: func() -> datetime
        import wasi:otel/tracing@0.2.0-rc.2+patch  [types only]
        import modulewise:grpc/endpoint@0.1.0  [class A: kept apart]
          send: func(path: string, data: list<u8>) -> result<_, string>
        import wasi:config/store@0.2.0-rc.1  [class A: kept apart]
          get-all: func() -> result<list<tuple<string, string>>, error>
        import wasi:clocks/monotonic-clock@0.2.12  [class B: shared]
        export modulewise:otel-example/test
          log: func(message: string) -> result<_, string>
    "#]]
    .assert_eq(&text.shown());
    let chosen = [&args[..], &["--export-of", "guest", "--interface", "test"]].concat();
    graph.run(&chosen).await.expect(0);
    assert_eq!(std::fs::read(graph.path("out.wasm")).expect("written"), first);
}

#[tokio::test]
async fn what_is_not_portable() {
    let graph = Graph::new(
        "components:
  - {name: red, file: FIXTURES/env-probe.wasm, imports: [wasip2], env: [{name: A, value: red}]}
  - {name: blue, file: FIXTURES/env-probe.wasm, imports: [wasip2], env: [{name: A, value: blue}]}
capabilities:
  - {name: wasip2, type: wasi:p2}",
    );
    let args = ["compose", "graph.yaml", "-o", "out.wasm", "--portable", "--export-of", "red"];
    let done = graph.run(&args).await.expect(1);
    done.says("error[not-portable]: ");
    assert!(!graph.path("out.wasm").exists());
    let unknown = [&args[..6], &["rad"]].concat();
    graph.run(&unknown).await.expect(1);
    graph.run(&args[..4]).await.expect(0);
}

#[tokio::test]
async fn an_output_that_cannot_be_written() {
    let graph = capability_path();
    let compose =
        async |out: &str| graph.run(&["compose", "graph.yaml", "-o", out]).await.expect(1).shown();
    let all = [compose("nowhere/out.wasm").await, compose(".").await];
    expect![[r#"
        exit 1
        --- stderr
        error: nowhere/out.wasm cannot be written: No such file or directory (os error 2)
        exit 1
        --- stderr
        error: . cannot be written: Is a directory (os error 21)
    "#]]
    .assert_eq(&all.concat());
}

#[tokio::test]
async fn a_component_is_described() {
    let graph = Graph::of_text("").with_fixture("hello-log").with_fixture("env-probe");
    let shown = async |file: &str| graph.run(&["inspect", file]).await.expect(0).shown();
    expect![[r#"
        exit 0
        --- stdout
        digest sha256:…
        import wasi:otel/types@0.2.0-rc.2+patch  [types only]
        import wasi:clocks/wall-clock@0.2.12  [class B: shared]
        import wasi:otel/tracing@0.2.0-rc.2+patch  [types only]
        import wasi:otel/logs@0.2.0-rc.2+patch  [class A: kept apart]
          on-emit: func(data: log-record)
        export modulewise:otel-example/test
          log: func(message: string) -> result<_, string>
        exit 0
        --- stdout
        digest sha256:…
        import wasi:cli/environment@0.2.12  [class A: kept apart]
          get-arguments: func() -> list<string>
          get-environment: func() -> list<tuple<string, string>>
        import wasi:io/error@0.2.12  [class B: shared]
        import wasi:io/streams@0.2.12  [class B: shared]
          [method]output-stream.blocking-write-and-flush: func(self: borrow<output-stream>, contents: list<u8>) -> result<_, stream-error>
        import wasi:cli/stdout@0.2.12  [class A: kept apart]
          get-stdout: func() -> output-stream
        import wasi:cli/stderr@0.2.12  [class A: kept apart]
          get-stderr: func() -> output-stream
        import wasi:config/store@0.2.0-rc.1  [class A: kept apart]
          get: func(key: string) -> result<option<string>, error>
          get-all: func() -> result<list<tuple<string, string>>, error>
        export fixture:env-probe/env-probe
          arguments: func() -> list<string>
          environment: func() -> list<tuple<string, string>>
          get: func(key: string) -> result<option<string>, string>
          get-all: func() -> result<list<tuple<string, string>>, string>
          print: func(line: string) -> result<_, string>
    "#]]
        .assert_eq(&[shown("hello-log.wasm").await, shown("env-probe.wasm").await].concat());
    let json = graph.run(&["inspect", "hello-log.wasm", "--output", "json"]).await.expect(0).json();
    assert_eq!(json["exports"][0]["functions"][0]["params"][0]["type"], "string");
    assert!(json.get("ledger").is_none());
}
