//! Tries an installation out, as `helm test` does: applies a small graph, waits until it is ready,
//! calls it through its Service, and removes it. Knows only what every user sees. Where its records
//! go is not looked at: without a collector they go nowhere, and the graph answers all the same.

use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use kube::api::{ApiResource, DeleteParams, DynamicObject, PostParams};
use kube::{Api, Client, ResourceExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;

const POLL: Duration = Duration::from_millis(500);
const CALL_LIMIT: Duration = Duration::from_secs(30);

/// On graphs of trials; one without it is somebody's own.
const LABEL: &str = "componentgraph.dev/trial";
/// A place where nobody listens, for installations without a collector: a graph that names none
/// would be refused there.
const NOWHERE: &str = "http://localhost:4317";

/// What is tried, and where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trial<'a> {
    pub namespace: &'a str,
    pub name: &'a str,
    pub limit: Duration,
    /// Whether the installation has a collector.
    pub has_collector: bool,
}

/// Why an installation does not do what it should.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TrialError {
    #[error("the API server cannot be asked: {0}")]
    Client(#[from] kube::Error),
    #[error("there is a graph `{0}` that is no trial's; remove it, or choose another name")]
    Taken(String),
    #[error("a graph of an earlier trial does not go away")]
    Leftover,
    #[error("the graph was not ready within {} s; it says: {summary}", limit.as_secs())]
    NotReady { limit: Duration, summary: String },
    #[error("the graph is ready and its status names no URL")]
    NoUrl,
    #[error("POST {url} failed: {reason}")]
    Call { url: String, reason: String },
}

/// Leaves nothing behind, however it ends; what a killed one left is removed first.
pub(crate) async fn run(trial: Trial<'_>) -> Result<(), TrialError> {
    attempt(Client::try_default().await?, trial).await
}

async fn attempt(client: Client, trial: Trial<'_>) -> Result<(), TrialError> {
    let Trial { namespace, name, limit, has_collector } = trial;
    let kind = ApiResource {
        group: graph::GROUP.into(),
        version: graph::VERSION.into(),
        api_version: graph::API_VERSION.into(),
        kind: graph::KIND.into(),
        plural: graph::PLURAL.into(),
    };
    let graphs: Api<DynamicObject> = Api::namespaced_with(client, namespace, &kind);
    clear(&graphs, name).await?;
    let mut object = DynamicObject::new(name, &kind).data(json!({ "spec": spec(has_collector) }));
    object.labels_mut().insert(LABEL.to_owned(), "true".to_owned());
    graphs.create(&PostParams::default(), &object).await?;
    println!("applied {namespace}/{name}");
    if !has_collector {
        println!("no collector is set: the records of this graph go nowhere");
    }
    let outcome = check(&graphs, name, limit).await;
    let removed = graphs.delete(name, &DeleteParams::default()).await;
    outcome?;
    removed?;
    println!("removed {namespace}/{name}");
    Ok(())
}

/// Removes the graph of a trial that was killed.
async fn clear(graphs: &Api<DynamicObject>, name: &str) -> Result<(), TrialError> {
    let Some(found) = graphs.get_opt(name).await? else { return Ok(()) };
    if !found.labels().contains_key(LABEL) {
        return Err(TrialError::Taken(name.to_owned()));
    }
    println!("removing {name} of an earlier trial");
    graphs.delete(name, &DeleteParams::default()).await?;
    let gone = async {
        while graphs.get_opt(name).await?.is_some() {
            tokio::time::sleep(POLL).await;
        }
        Ok(())
    };
    tokio::time::timeout(CALL_LIMIT, gone).await.unwrap_or(Err(TrialError::Leftover))
}

/// One component that needs nothing, and is called by name.
fn spec(has_collector: bool) -> Value {
    let mut grpc = json!({ "paths": {
        "logs": "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
        "traces": "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
    } });
    if !has_collector && let Some(grpc) = grpc.as_object_mut() {
        grpc.insert("url".to_owned(), json!(NOWHERE));
    }
    json!({
        "components": [
            { "name": "guest", "builtin": "hello-log", "imports": ["otel"] },
            { "name": "otel", "builtin": "otel-to-grpc", "imports": ["grpc", "wasip2"] },
        ],
        "capabilities": [
            { "name": "grpc", "type": "grpc", "grpc": grpc },
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

    /// As an operator with or without a collector sees it.
    #[test]
    fn the_graph_is_accepted_by_any_installation() {
        for has_collector in [true, false] {
            let mut object =
                crate::resource::Graph { spec: spec(has_collector), ..Default::default() };
            object.metadata.name = Some("trial".to_owned());
            object.metadata.namespace = Some("shop".to_owned());
            let mut settings = crate::unguard::tests::settings();
            settings.collector = settings.collector.filter(|_| has_collector);
            crate::unguard::unguard(&object, &settings).unwrap();
        }
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
