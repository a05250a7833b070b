//! What the host's own look at the calls makes of the records: whatever the methods are called, and
//! whoever else sends.

use telemetry::faulty::{Fault, FaultyServer};

use crate::support::Graph;

const GUESTS: &str = "components:
  - {name: guest, builtin: hello-log, imports: [otel]}
  - {name: otel, builtin: otel-to-grpc, imports: [grpc, wasip2]}
";

fn capability_path(method: &str) -> Graph {
    Graph::new(&format!(
        "{GUESTS}  - {{name: sender, file: FIXTURES/grpc-send.wasm, imports: [grpc]}}
capabilities:
  - {{name: grpc, type: grpc, grpc: {{paths: {{logs: {method}}}}}}}
  - {{name: wasip2, type: wasi:p2}}"
    ))
}

/// The carrier sends for the adapter, and where `more` says so for others too.
fn component_path(method: &str, more: &str) -> Graph {
    Graph::new(&format!(
        "{GUESTS}  - {{name: grpc, builtin: grpc-to-http, imports: [http], config: {{paths.logs: {method}}}}}
{more}
capabilities:
  - {{name: http, type: wasi:http, wasiHttp: {{allowedHosts: [\"@collector\"]}}}}
  - {{name: wasip2, type: wasi:p2}}"
    ))
}

#[tokio::test]
async fn records_arrive_through_methods_of_any_name() {
    for graph in [capability_path("/my.Own/Export"), component_path("/my.Own/Export", "")] {
        let server = FaultyServer::start(Fault::Ok).await.expect("bind");
        let graph = graph.sending_to(&server.url());
        let done = graph.invoke(&["guest", "log", "hi"]).await.expect(0);
        done.says("records: created=1 acknowledged=1 rejected=0 failed=0 unverified=0");
        server.set(Fault::NoTrailers);
        let done = graph.invoke(&["guest", "log", "hi"]).await.expect(5);
        done.says("records: created=1 acknowledged=0 rejected=0 failed=1 unverified=0");
        assert_eq!(server.received().len(), 2);
    }
}

/// An adapter in the graph does not make the calls of others its own.
#[tokio::test]
async fn calls_beside_an_adapter_are_unverified() {
    let server = FaultyServer::start(Fault::Ok).await.expect("bind");
    let logs = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";
    let graph = capability_path(logs).sending_to(&server.url());
    let done = graph.invoke(&["sender", "send", "logs", "0"]).await.expect(0);
    done.says("records: created=1 acknowledged=0 rejected=0 failed=0 unverified=1");
    let done = graph.invoke(&["guest", "log", "hi"]).await.expect(0);
    done.says("records: created=1 acknowledged=1 rejected=0 failed=0 unverified=0");
    server.set(Fault::Status(13, String::new()));
    let done = graph.invoke(&["sender", "send", "logs", "0"]).await.expect(3);
    done.says("records: created=1 acknowledged=0 rejected=0 failed=1 unverified=0");

    // What is not telemetry is the graph's own business, also through the adapter's carrier.
    let sender = "  - {name: sender, file: FIXTURES/grpc-send.wasm, imports: [grpc]}";
    let graph = component_path("/a.B/C", sender).sending_to(&server.url());
    let done = graph.invoke(&["sender", "send", "logs", "0"]).await.expect(3);
    done.says("records: created=0 acknowledged=0 rejected=0 failed=0 unverified=0");
}
