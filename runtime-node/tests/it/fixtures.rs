//! Each guest of `components/guests` is invoked by the test of its name.

use std::path::Path;
use std::sync::Arc;

use expect_test::expect;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use wasmtime::component::Val;

use crate::support::{Collector, Graph};

/// A guest that emits, and the adapter that sends its records.
fn emitting(guest: &str) -> Graph {
    Graph::new(&format!(
        "components:
  - {{name: guest, file: FIXTURES/{guest}.wasm, imports: [otel]}}
  - {{name: otel, builtin: otel-to-grpc, imports: [grpc, wasip2]}}
capabilities:
  - name: grpc
    type: grpc
    grpc:
      paths:
        logs: /opentelemetry.proto.collector.logs.v1.LogsService/Export
        traces: /opentelemetry.proto.collector.trace.v1.TraceService/Export
  - {{name: wasip2, type: wasi:p2}}"
    ))
}

#[test]
fn every_guest_has_its_test() {
    let tests = concat!(include_str!("fixtures.rs"), include_str!("values.rs"));
    let guests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../components/guests");
    let mut seen = 0;
    for entry in std::fs::read_dir(guests).expect("guests") {
        let name = entry.expect("entry").file_name().to_string_lossy().replace('-', "_");
        assert!(tests.contains(&format!("async fn {name}() {{")), "no test invokes {name}");
        seen += 1;
    }
    assert!(seen > 0, "there are no guests");
}

#[tokio::test]
async fn trap() {
    let done = Graph::of_fixture("trap").invoke(&["trap", "trap"]).await.expect(4);
    assert_eq!(done.json()["error"]["code"], "unreachable");
    done.says("invocations: ok=0 error=0 trapped=1");
    done.says("error: the component trapped");
}

#[tokio::test]
async fn spin() {
    let graph = Graph::new(
        "limits: {timeout: 300ms}\ncomponents:\n  - {name: spin, file: FIXTURES/spin.wasm}",
    );
    let done = graph.invoke(&["spin", "spin"]).await.expect(4);
    assert_eq!(done.json()["error"]["code"], "timeout");
    done.says("error: no result within 300ms");
}

#[tokio::test]
async fn grow() {
    let graph = Graph::new(
        "limits: {memory: 32Mi}\ncomponents:\n  - {name: grow, file: FIXTURES/grow.wasm}",
    );
    assert_eq!(graph.invoke(&["grow", "grow", "8"]).await.expect(0).json(), 8);
    let got = graph.invoke(&["grow", "grow", "64"]).await.expect(0).json();
    assert!((16..32).contains(&got.as_u64().expect("number")), "{got} MiB of 32");
}

#[tokio::test]
async fn recurse() {
    let graph = Graph::of_fixture("recurse");
    assert_eq!(graph.invoke(&["recurse", "recurse", "100"]).await.expect(0).json(), 100);
    let done = graph.invoke(&["recurse", "recurse", "100000000"]).await.expect(4);
    assert_eq!(done.json()["error"]["code"], "stack-overflow");
}

#[tokio::test]
async fn big_log() {
    let collector = Collector::start().await;
    let graph = emitting("big-log").sending_to(&collector.url());
    let done = graph.invoke(&["guest", "emit", "1048576"]).await.expect(0);
    done.says("records: created=1 acknowledged=1 rejected=0 failed=0 unverified=0");
    let [(body, component)] = collector.bodies().try_into().expect("one record");
    assert_eq!((body.len(), component.as_str()), (1 << 20, "guest"));
    assert!(body.bytes().all(|b| b == b'x'));
}

/// Every invocation is the first that its instance sees, one after the other and side by side.
#[tokio::test]
async fn counter() {
    let node = Graph::of_fixture("counter").start().await;
    let callable = Arc::new(node.callable("counter", "increment").expect("increment"));
    for _ in 0..100 {
        let outcome = node.instances.invoke(&callable, &[]).await;
        assert_eq!(outcome.result.expect("counted"), Some(Val::U64(1)));
    }
    let workers: Vec<_> = (0..8)
        .map(|_| {
            let (instances, callable) = (Arc::clone(&node.instances), Arc::clone(&callable));
            tokio::spawn(async move {
                for _ in 0..25 {
                    let outcome = instances.invoke(&callable, &[]).await;
                    assert_eq!(outcome.result.expect("counted"), Some(Val::U64(1)));
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    for worker in workers {
        worker.await.expect("worker");
    }
}

#[tokio::test]
async fn http_get() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
    let address = listener.local_addr().expect("address");
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("accept");
        let mut head = vec![0; 4096];
        let length = stream.read(&mut head).await.expect("read");
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.expect("write");
        String::from_utf8_lossy(&head[..length]).into_owned()
    });
    let graph = Graph::new(&format!(
        "components:
  - {{name: get, file: FIXTURES/http-get.wasm, imports: [http]}}
capabilities:
  - {{name: http, type: wasi:http, wasiHttp: {{allowedHosts: [\"{address}\"]}}}}"
    ));
    let done = graph.invoke(&["get", "get", &format!("http://{address}/path?q=1")]).await.expect(0);
    assert_eq!(done.json(), 200);
    let head = server.await.expect("server");
    assert!(head.starts_with("GET /path?q=1 HTTP/1.1\r\n"), "{head}");
    for elsewhere in ["http://127.0.0.1:1/", "http://example.invalid/", "https://localhost/"] {
        let done = graph.invoke(&["get", "get", elsewhere]).await.expect(3);
        assert_eq!(done.json(), json!({"error": "ErrorCode::HttpRequestDenied"}), "{elsewhere}");
    }
}

#[tokio::test]
async fn env_probe() {
    let graph = Graph::new(
        "telemetry: {resource: {team: blue}}
components:
  - name: probe
    file: FIXTURES/env-probe.wasm
    imports: [wasip2]
    env: [{name: COLOUR, value: blue}, {name: EMPTY, value: \"\"}]
    config: {own: mine, otel.resource.service.name: renamed}
  - name: other
    file: FIXTURES/env-probe.wasm
    imports: [wasip2]
    env: [{name: COLOUR, value: red}]
    config: {secret: theirs}
capabilities:
  - {name: wasip2, type: wasi:p2}",
    );
    let ask = async |args: &[&str]| graph.invoke(args).await.expect(0).json();
    assert_eq!(ask(&["probe", "environment"]).await, json!([["COLOUR", "blue"], ["EMPTY", ""]]));
    assert_eq!(ask(&["other", "environment"]).await, json!([["COLOUR", "red"]]));
    assert_eq!(ask(&["probe", "arguments"]).await, json!([]));
    assert_eq!(ask(&["probe", "get", "own"]).await, "mine");
    assert_eq!(ask(&["probe", "get", "secret"]).await, json!(null));
    let all = ask(&["probe", "get-all"]).await;
    expect![[r#"
        [
          [
            "otel.exporter.otlp.endpoint",
            "http://127.0.0.1:1"
          ],
          [
            "otel.resource.componentgraph.component",
            "probe"
          ],
          [
            "otel.resource.componentgraph.graph",
            "tested"
          ],
          [
            "otel.resource.service.name",
            "renamed"
          ],
          [
            "otel.resource.team",
            "blue"
          ],
          [
            "own",
            "mine"
          ]
        ]"#]]
    .assert_eq(&serde_json::to_string_pretty(&all).expect("json"));
    let done = graph.invoke(&["probe", "print", "hello"]).await.expect(0);
    assert_eq!(done.json(), json!(null));
    done.says("[probe stdout] hello\n");
    done.says("[probe stderr] hello\n");
}

#[tokio::test]
async fn grpc_send() {
    let collector = Collector::start().await;
    let graph = Graph::new(
        "components:
  - {name: sender, file: FIXTURES/grpc-send.wasm, imports: [grpc]}
capabilities:
  - name: grpc
    type: grpc
    grpc:
      maxRequestBytes: 64Ki
      paths: {logs: /opentelemetry.proto.collector.logs.v1.LogsService/Export, none: /a.B/C}",
    )
    .sending_to(&collector.url());
    let done = graph.invoke(&["sender", "send", "logs", "0"]).await.expect(0);
    assert_eq!(done.json(), json!(null));
    // The fixture has no `delivery`: the host saw the call succeed, and that is all.
    done.says("records: created=1 acknowledged=0 rejected=0 failed=0 unverified=1");
    let refused = async |path: &str, size: &str| {
        let done = graph.invoke(&["sender", "send", path, size]).await.expect(3);
        done.json()["error"].as_str().expect("text").to_owned()
    };
    expect![[r#"unknown_route: capability "grpc" has no path "lgs"; its paths are logs, none"#]]
        .assert_eq(&refused("lgs", "0").await);
    let unimplemented = refused("none", "0").await.replace(&collector.url(), "URL");
    expect!["UNIMPLEMENTED: URL answered grpc-status 12 without a message"]
        .assert_eq(&unimplemented);
    let too_large = refused("logs", "65537").await.replace(&collector.url(), "URL");
    expect!["too_large: the message has 65537 bytes, more than the 65536 allowed to URL"]
        .assert_eq(&too_large);
}

#[tokio::test]
async fn span_log() {
    let collector = Collector::start().await;
    let graph = emitting("span-log").sending_to(&collector.url());
    let done = graph.invoke(&["guest", "full"]).await.expect(0);
    done.says("records: created=2 acknowledged=2 rejected=0 failed=0 unverified=0");
    let mut signals: Vec<_> = collector.records().iter().map(telemetry::Received::json).collect();
    signals.sort();
    assert_eq!(signals.len(), 2, "{signals:?}");
    assert!(signals[0].starts_with(r#"{"signal":"log""#), "{}", signals[0]);
    assert!(signals[1].starts_with(r#"{"signal":"span""#), "{}", signals[1]);

    let done = graph.invoke(&["guest", "logs", "5", "true"]).await.expect(0);
    done.says("records: created=5 acknowledged=5 rejected=0 failed=0 unverified=0");
    let done = graph.invoke(&["guest", "spans", "3"]).await.expect(0);
    done.says("records: created=3 acknowledged=3 rejected=0 failed=0 unverified=0");
    assert_eq!(collector.records().len(), 2 + 5 + 3);

    let done = graph.invoke(&["guest", "metric"]).await.expect(3);
    let error = done.json()["error"].as_str().expect("text").to_owned();
    assert!(error.starts_with("unimplemented: "), "{error}");
    graph.invoke(&["guest", "flawed"]).await.expect(0);
    assert_eq!(
        graph.invoke(&["guest", "outer"]).await.expect(0).json(),
        json!(["0".repeat(32), "0".repeat(16)])
    );
}

#[tokio::test]
async fn hello_log() {
    let collector = Collector::start().await;
    let graph = emitting("hello-log").sending_to(&collector.url());
    let done = graph.invoke(&["guest", "log", "grüße \"🚀\"\n"]).await.expect(0);
    assert_eq!(done.json(), json!(null));
    let [log] = collector.logs().try_into().expect("one record");
    assert_eq!(log.body, "grüße \"🚀\"\n");
    assert_eq!((log.severity.as_str(), log.severity_number), ("INFO", 9));
    assert_eq!(json!(log.attributes), json!({"component": "guest"}));
    assert_eq!(log.origin.resource["service.name"], "tested");
    assert_eq!(log.origin.scope.name, "test-logger");
}
