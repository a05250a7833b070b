//! Tries an installation out, as `helm test` does: applies a small graph, waits until it is ready,
//! calls it through its Service, and removes it. Knows only what every user sees.

use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use kube::api::{ApiResource, DeleteParams, DynamicObject, PostParams};
use kube::{Api, Client};
use serde_json::{Value, json};
use tokio::net::TcpStream;

const POLL: Duration = Duration::from_millis(500);
const CALL_LIMIT: Duration = Duration::from_secs(30);

/// Why an installation does not do what it should.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TrialError {
    #[error("the API server cannot be asked: {0}")]
    Client(#[from] kube::Error),
    #[error("the graph was not ready within {} s; it says: {summary}", limit.as_secs())]
    NotReady { limit: Duration, summary: String },
    #[error("the graph is ready and its status names no URL")]
    NoUrl,
    #[error("POST {url} failed: {reason}")]
    Call { url: String, reason: String },
}

/// Leaves nothing behind, however it ends.
pub(crate) async fn run(namespace: &str, name: &str, limit: Duration) -> Result<(), TrialError> {
    let client = Client::try_default().await?;
    let kind = ApiResource {
        group: graph::GROUP.into(),
        version: graph::VERSION.into(),
        api_version: graph::API_VERSION.into(),
        kind: graph::KIND.into(),
        plural: graph::PLURAL.into(),
    };
    let graphs: Api<DynamicObject> = Api::namespaced_with(client, namespace, &kind);
    let object = DynamicObject::new(name, &kind).data(json!({ "spec": spec() }));
    graphs.create(&PostParams::default(), &object).await?;
    println!("applied {namespace}/{name}");
    let outcome = check(&graphs, name, limit).await;
    let removed = graphs.delete(name, &DeleteParams::default()).await;
    outcome?;
    removed?;
    println!("removed {namespace}/{name}");
    Ok(())
}

/// One component that needs nothing, and is called by name.
fn spec() -> Value {
    json!({
        "components": [
            { "name": "guest", "builtin": "hello-log", "imports": ["otel"] },
            { "name": "otel", "builtin": "otel-to-grpc", "imports": ["grpc", "wasip2"] },
        ],
        "capabilities": [
            {
                "name": "grpc", "type": "grpc",
                "grpc": { "paths": {
                    "logs": "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
                    "traces": "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
                } },
            },
            { "name": "wasip2", "type": "wasi:p2" },
        ],
        "http": { "routes": [
            { "name": "log", "method": "POST", "path": "/log", "component": "guest", "function": "test.log" },
        ] },
    })
}

async fn check(graphs: &Api<DynamicObject>, name: &str, limit: Duration) -> Result<(), TrialError> {
    let ready = tokio::time::timeout(limit, until_ready(graphs, name)).await;
    let object = match ready {
        Ok(object) => object?,
        Err(_) => {
            let summary = text(&graphs.get(name).await?.data, "/status/summary");
            return Err(TrialError::NotReady { limit, summary });
        }
    };
    println!("ready: {}", text(&object.data, "/status/summary"));
    let url = text(&object.data, "/status/url");
    if url.is_empty() {
        return Err(TrialError::NoUrl);
    }
    let url = format!("{}/log", url.trim_end_matches('/'));
    let call = tokio::time::timeout(CALL_LIMIT, post(&url)).await;
    let answer = call.unwrap_or_else(|_| Err("no answer in time".into()));
    let status = answer.map_err(|reason| TrialError::Call { url: url.clone(), reason })?;
    println!("POST {url}: {status}");
    Ok(())
}

async fn until_ready(graphs: &Api<DynamicObject>, name: &str) -> Result<DynamicObject, TrialError> {
    loop {
        let object = graphs.get(name).await?;
        if is_ready(&object.data) {
            return Ok(object);
        }
        tokio::time::sleep(POLL).await;
    }
}

fn is_ready(object: &Value) -> bool {
    let conditions = object.pointer("/status/conditions").and_then(Value::as_array);
    let mut conditions = conditions.into_iter().flatten();
    conditions.any(|condition| condition["type"] == "Ready" && condition["status"] == "True")
}

fn text(object: &Value, pointer: &str) -> String {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The status, when it says that the call went well.
async fn post(url: &str) -> Result<http::StatusCode, String> {
    let uri: http::Uri = url.parse().map_err(|error| format!("{error}"))?;
    let host = uri.host().ok_or("the URL has no host")?;
    let stream = TcpStream::connect((host, uri.port_u16().unwrap_or(80))).await;
    let stream = stream.map_err(|error| error.to_string())?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| error.to_string())?;
    tokio::spawn(connection);
    let request = http::Request::post(uri.path())
        .header(http::header::HOST, host)
        .header(http::header::CONTENT_TYPE, "application/json")
        .body(Full::new(Bytes::from_static(b"\"helm test\"")))
        .map_err(|error| error.to_string())?;
    let answer = sender.send_request(request).await.map_err(|error| error.to_string())?;
    let status = answer.status();
    let body = answer.into_body().collect().await.map_err(|error| error.to_string())?.to_bytes();
    match status.is_success() {
        true => Ok(status),
        false => Err(format!("{status}: {}", String::from_utf8_lossy(&body))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_graph_has_no_problems() {
        let text = json!({
            "apiVersion": graph::API_VERSION, "kind": graph::KIND,
            "metadata": { "name": "trial" }, "spec": spec(),
        });
        let read = graph::read(text.to_string().as_bytes(), "trial", graph::Target::Cluster);
        assert!(read.is_ok());
    }

    #[test]
    fn ready_is_the_condition_and_nothing_else() {
        let with = |kind, status| json!({ "status": { "conditions": [{ "type": kind, "status": status }] } });
        assert!(is_ready(&with("Ready", "True")));
        assert!(!is_ready(&with("Ready", "False")));
        assert!(!is_ready(&with("Accepted", "True")));
        assert!(!is_ready(&json!({})));
    }
}
