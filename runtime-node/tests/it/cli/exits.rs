//! The exit codes with what is on standard output and standard error, one row for each way to end,
//! and which of several ends counts.

use std::fmt::Write as _;

use expect_test::expect;
use serde_json::json;
use telemetry::faulty::{Fault, FaultyServer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::capability_path;
use crate::support::{Collector, Done, Graph, NOBODY};

const SENDER: &str = "limits: {timeout: 1s}
components:
  - {name: sender, file: FIXTURES/grpc-send.wasm, imports: [grpc]}
capabilities:
  - name: grpc
    type: grpc
    grpc: {paths: {logs: /opentelemetry.proto.collector.logs.v1.LogsService/Export}}";

/// Code, standard output, and the lines about invocations and records.
fn row(what: &str, done: &Done) -> String {
    let mut text = format!("{} {what}\n", done.code);
    let stdout = done.stdout.trim_end();
    if !stdout.is_empty() {
        let mut result = done.json();
        let place = result.get_mut("error").and_then(|error| error.get_mut("id"));
        if let Some(id) = place {
            assert!(id.as_str().expect("text").parse::<u64>().is_ok(), "{id}");
            *id = json!("ID");
        }
        writeln!(text, "  {result}").expect("text");
    }
    let counts = |line: &&str| line.starts_with("invocations: ") || line.starts_with("records: ");
    for line in done.stderr.lines().filter(counts) {
        writeln!(text, "  {line}").expect("text");
    }
    text
}

fn spinning() -> Graph {
    Graph::new("limits: {timeout: 300ms}\ncomponents:\n  - {name: spin, file: FIXTURES/spin.wasm}")
}

#[tokio::test]
async fn each_way_to_end_has_its_code() {
    let collector = Collector::start().await;
    let partial = Fault::PartialSuccess { rejected: 1, message: "too old".to_owned() };
    let rejecting = FaultyServer::start(partial).await.expect("bind");
    let to = |url: &str| capability_path().sending_to(url);
    let log = ["guest", "log", "hi"];
    let delivered = to(&collector.url()).invoke(&log).await;
    let sender = Graph::new(SENDER).sending_to(&collector.url());
    let unverified = sender.invoke(&["sender", "send", "logs", "0"]).await;
    let broken = Graph::new("components:\n  - {name: guest, builtin: nothing}");
    let ends = [
        ("returned, and every record delivered", delivered),
        ("returned, and nobody can say of its record", unverified),
        ("problems in the manifest", broken.invoke(&log).await),
        ("no such function", to(NOBODY).invoke(&["guest", "lag", "hi"]).await),
        (
            "returned err",
            Graph::of_fixture("values").invoke(&["values", "repeat", "x", "1001"]).await,
        ),
        ("trap", Graph::of_fixture("trap").invoke(&["trap", "trap"]).await),
        ("time-out", spinning().invoke(&["spin", "spin"]).await),
        ("a record failed", to(NOBODY).invoke(&log).await),
        ("a record was rejected", to(&rejecting.url()).invoke(&log).await),
    ];
    let table: String = ends.iter().map(|(what, done)| row(what, done)).collect();
    expect![[r#"
        0 returned, and every record delivered
          null
          invocations: ok=1 error=0 trapped=0
          records: created=1 acknowledged=1 rejected=0 failed=0 unverified=0
        0 returned, and nobody can say of its record
          null
          invocations: ok=1 error=0 trapped=0
          records: created=1 acknowledged=0 rejected=0 failed=0 unverified=1
        1 problems in the manifest
        2 no such function
        3 returned err
          {"error":"1001 is above 1000"}
          invocations: ok=0 error=1 trapped=0
          records: created=0 acknowledged=0 rejected=0 failed=0 unverified=0
        4 trap
          {"error":{"code":"unreachable","id":"ID","message":"the component trapped: wasm trap: wasm `unreachable` instruction executed"}}
          invocations: ok=0 error=0 trapped=1
          records: created=0 acknowledged=0 rejected=0 failed=0 unverified=0
        4 time-out
          {"error":{"code":"timeout","id":"ID","message":"no result within 300ms, the time limit of an invocation"}}
          invocations: ok=0 error=0 trapped=1
          records: created=0 acknowledged=0 rejected=0 failed=0 unverified=0
        5 a record failed
          null
          invocations: ok=1 error=0 trapped=0
          records: created=1 acknowledged=0 rejected=0 failed=1 unverified=0
        5 a record was rejected
          null
          invocations: ok=1 error=0 trapped=0
          records: created=1 acknowledged=0 rejected=1 failed=0 unverified=0
    "#]].assert_eq(&table);
}

#[tokio::test]
async fn err_outweighs_a_lost_record() {
    let graph = Graph::new(SENDER).sending_to(NOBODY);
    let done = graph.invoke(&["sender", "send", "logs", "0"]).await.expect(3);
    done.says("invocations: ok=0 error=1 trapped=0");
    done.says("records: created=1 acknowledged=0 rejected=0 failed=1 unverified=0");
}

#[tokio::test]
async fn a_time_out_outweighs_a_lost_record() {
    let silent = FaultyServer::start(Fault::NeverAnswers).await.expect("bind");
    let graph = Graph::new(SENDER).sending_to(&silent.url());
    let done = graph.invoke(&["sender", "send", "logs", "0"]).await.expect(4);
    done.says("invocations: ok=0 error=0 trapped=1");
    done.says("records: created=1 acknowledged=0 rejected=0 failed=1 unverified=0");
}

/// The first connection is answered with nonsense, the second not at all.
#[tokio::test]
async fn a_time_out_outweighs_err() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
    let address = listener.local_addr().expect("address");
    let server = tokio::spawn(async move {
        let (mut first, _) = listener.accept().await.expect("accept");
        assert!(first.read(&mut [0; 4096]).await.expect("read") > 0);
        first.write_all(b"nonsense\r\n\r\n").await.expect("write");
        drop(first);
        let (second, _) = listener.accept().await.expect("accept");
        std::future::pending::<()>().await;
        drop(second);
    });
    let graph = Graph::new(&format!(
        "limits: {{timeout: 1s}}
components:
  - {{name: get, file: FIXTURES/http-get.wasm, imports: [http]}}
capabilities:
  - {{name: http, type: wasi:http, wasiHttp: {{allowedHosts: [\"{address}\"]}}}}"
    ));
    let url = format!("http://{address}/");
    let done = graph.invoke(&["get", "get", &url, "--count", "2"]).await.expect(4);
    done.says("invocations: ok=0 error=1 trapped=1");
    // What is printed is what came of the first invocation.
    assert!(done.json()["error"].is_string(), "{done}");
    server.abort();
}

#[tokio::test]
async fn many_invocations_are_added_up() {
    let collector = Collector::start().await;
    let graph = capability_path().sending_to(&collector.url());
    let many = ["guest", "log", "hi", "--count", "20", "--concurrency", "4"];
    let done = graph.invoke(&many).await.expect(0);
    assert_eq!(done.stdout, "null\n");
    done.says("invocations: ok=20 error=0 trapped=0\n");
    done.says("records: created=20 acknowledged=20 rejected=0 failed=0 unverified=0\n");
    assert_eq!(collector.records().len(), 20);
    assert_eq!(done.stderr.lines().count(), 2, "{done}");
}

#[tokio::test]
async fn output_for_programs() {
    let graph = capability_path().sending_to(NOBODY);
    let many = ["guest", "log", "hi", "--count", "3", "--output", "json"];
    let done = graph.invoke(&many).await.expect(5);
    let mut report = done.json();
    let times = report.as_object_mut().expect("object").remove("nanoseconds").expect("times");
    for part in ["instantiate", "call", "deliver", "send", "wall"] {
        assert!(times[part].as_u64().expect(part) > 0, "{times}");
    }
    let kept = ["result", "invocations", "records", "lastError"];
    report.as_object_mut().expect("object").retain(|key, _| kept.contains(&key.as_str()));
    expect![[r#"
        {
          "result": null,
          "invocations": {
            "ok": 3,
            "error": 0,
            "trapped": 0
          },
          "records": {
            "created": 3,
            "acknowledged": 0,
            "rejected": 0,
            "failed": 3,
            "unverified": 0
          },
          "lastError": "UNAVAILABLE: nothing listens at http://127.0.0.1:1 (connection refused)"
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&report).expect("json"));
    done.says("invocations: ok=3 error=0 trapped=0\n");
    done.says("records: created=3 acknowledged=0 rejected=0 failed=3 unverified=0\n");
}
