//! The OpenTelemetry Collector. What it received is what it sends on, at once and without a queue,
//! to a sink in the test.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use telemetry::faulty::nobody;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::task::JoinHandle;

use super::records::{Arrived, ArrivedSpan, decode, decode_spans};
use super::support::{Running, Way, announced, tool};
use super::{Receiver, conform, in_time, refuses};

/// Another process may take the port between choosing it and listening on it.
const ATTEMPTS: usize = 3;

struct Collector {
    address: SocketAddr,
    sink: Sink,
    _running: Running,
    _folder: TempDir,
}

impl Collector {
    async fn start(most_mib: usize) -> Self {
        let sink = Sink::start().await;
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..ATTEMPTS {
            let address = nobody().await.unwrap();
            let file = folder.path().join("config.yaml");
            std::fs::write(&file, config(address, most_mib, sink.address)).unwrap();
            let mut command = Command::new(tool("CG_OTELCOL"));
            command.arg("--config").arg(file).stderr(Stdio::piped()).kill_on_drop(true);
            let mut process = command.spawn().unwrap();
            let stderr = process.stderr.take().unwrap();
            if announced(stderr, "Everything is ready").await.is_some() {
                let running = Running { _process: process };
                return Self { address, sink, _running: running, _folder: folder };
            }
        }
        panic!("the Collector does not start");
    }
}

fn config(address: SocketAddr, most_mib: usize, sink: SocketAddr) -> String {
    format!(
        "receivers:
  otlp: {{protocols: {{grpc: {{endpoint: '{address}', max_recv_msg_size_mib: {most_mib}}}}}}}
exporters:
  otlp_http:
    endpoint: http://{sink}
    compression: none
    sending_queue: {{enabled: false}}
    retry_on_failure: {{enabled: false}}
service:
  telemetry: {{metrics: {{level: none}}}}
  pipelines:
    logs: {{receivers: [otlp], exporters: [otlp_http]}}
    traces: {{receivers: [otlp], exporters: [otlp_http]}}
"
    )
}

impl Receiver for Collector {
    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn arrived(&self) -> Vec<Arrived> {
        self.sink.messages("/v1/logs").iter().flat_map(|message| decode(message)).collect()
    }

    fn spans(&self) -> Vec<ArrivedSpan> {
        self.sink.messages("/v1/traces").iter().flat_map(|message| decode_spans(message)).collect()
    }
}

/// Path and body.
type Messages = Arc<Mutex<Vec<(String, Bytes)>>>;

/// An OTLP/HTTP server that keeps the bodies.
struct Sink {
    address: SocketAddr,
    messages: Messages,
    task: JoinHandle<()>,
}

impl Sink {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let messages = Messages::default();
        let task = tokio::spawn(accept(listener, Arc::clone(&messages)));
        Self { address, messages, task }
    }

    fn messages(&self, path: &str) -> Vec<Bytes> {
        let messages = self.messages.lock().unwrap();
        let of_path = messages.iter().filter(|message| message.0 == path);
        of_path.map(|message| message.1.clone()).collect()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, messages: Messages) {
    while let Ok((stream, _)) = listener.accept().await {
        let messages = Arc::clone(&messages);
        let service = service_fn(move |request| take(request, Arc::clone(&messages)));
        let connection = hyper::server::conn::http1::Builder::new()
            .serve_connection(TokioIo::new(stream), service);
        tokio::spawn(connection);
    }
}

async fn take(
    request: Request<Incoming>,
    messages: Messages,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path().to_owned();
    let body = request.into_body().collect().await.unwrap().to_bytes();
    messages.lock().unwrap().push((path, body));
    let mut response = Response::new(Full::default());
    response
        .headers_mut()
        .insert("content-type", http::HeaderValue::from_static("application/x-protobuf"));
    Ok(response)
}

#[tokio::test]
async fn open_telemetry_collector() {
    in_time(async {
        conform(&Collector::start(16).await).await;
    })
    .await;
}

#[tokio::test]
async fn open_telemetry_collector_refuses_what_exceeds_its_own_limit() {
    in_time(async {
        let collector = Collector::start(4).await;
        for way in Way::BOTH {
            refuses(&collector, way).await;
        }
    })
    .await;
}
