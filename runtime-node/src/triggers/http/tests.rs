//! The trigger on a real socket, with functions that end as each test needs it.

mod answers;
mod connections;
mod routes;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ::http::{HeaderMap, Request, StatusCode};
use bytes::Bytes;
use graph::{Method, Name, Route};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use wasmtime::component::Val;

use super::*;
use crate::instances::{Delivery, Failure, Outcome, Times};
use crate::metrics::Metrics;
use crate::values::{Shape, Signature};

pub(super) const TIMING: Timing = Timing {
    headers: Duration::from_secs(5),
    grace: Duration::ZERO,
    drain: Duration::from_secs(5),
};
pub(super) const LIMITS: RequestLimits =
    RequestLimits { body: 1024, body_time: Duration::from_secs(5) };

/// The name of a route is what its function does.
#[derive(Default)]
pub(super) struct Fake {
    pub(super) begun: Notify,
    pub(super) go: Notify,
}

impl Invoke for Fake {
    type Callable = String;

    async fn invoke(&self, callable: &String, mut params: Vec<Val>) -> Outcome {
        let mut delivery = Delivery::default();
        let result = match callable.as_str() {
            "echo" => Ok(params.pop()),
            "pair" => Ok(Some(Val::Tuple(params))),
            "nothing" => Ok(None),
            "ok" => Ok(Some(Val::Result(Ok(params.pop().map(Box::new))))),
            "err" => Ok(Some(Val::Result(Err(params.pop().map(Box::new))))),
            "loss" => {
                delivery.records.created = 2;
                delivery.records.acknowledged = 1;
                delivery.records.failed = 1;
                Ok(None)
            }
            "trap" => Err(Failure::Trap { code: "unreachable", message: "secret".into() }),
            "slow" => Err(Failure::Timeout(Duration::from_secs(1))),
            "full" => Err(Failure::Overloaded(4)),
            "hungry" => Err(Failure::Memory(1024)),
            "odd" => Ok(Some(Val::U8(1))),
            "panic" => panic!("a mistake of the node"),
            _ => {
                self.begun.notify_one();
                self.go.notified().await;
                Ok(None)
            }
        };
        Outcome { id: 7, result, delivery, times: Times::default() }
    }
}

pub(super) fn target(
    method: Method,
    path: &str,
    function: &str,
    params: &[(&str, Shape)],
    result: Option<Shape>,
) -> Target<String> {
    let params = params.iter().map(|(name, shape)| ((*name).into(), shape.clone())).collect();
    Target {
        route: Route {
            name: Name::new(function),
            method,
            path: path.into(),
            component: Name::new("guest"),
            function: function.into(),
        },
        signature: Signature { params, result },
        callable: function.into(),
    }
}

/// A server under test; dropping `stop` ends it.
pub(super) struct Running {
    pub(super) address: SocketAddr,
    pub(super) fake: Arc<Fake>,
    pub(super) metrics: Metrics,
    pub(super) stop: oneshot::Sender<()>,
    pub(super) served: JoinHandle<Drained>,
}

pub(super) async fn start(targets: Vec<Target<String>>, timing: Timing) -> Running {
    let (fake, metrics) = (Arc::new(Fake::default()), Metrics::new("test"));
    let front = Front::new(targets, fake.clone(), LIMITS, &metrics);
    let (address, stop, served) = serve(Arc::new(front), timing).await;
    Running { address, fake, metrics, stop, served }
}

pub(super) async fn serve<A: Answer>(
    answer: Arc<A>,
    timing: Timing,
) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<Drained>) {
    let server = Server::bind(([127, 0, 0, 1], 0).into(), timing).await.unwrap();
    let address = server.local_addr();
    let (stop, stopped) = oneshot::channel::<()>();
    let stopping = async {
        let _ = stopped.await;
    };
    let served = tokio::spawn(server.serve(answer, stopping, CancellationToken::new()));
    (address, stop, served)
}

pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

pub(super) async fn send(address: SocketAddr, request: Request<Full<Bytes>>) -> Reply {
    send_by(address, request, false).await
}

pub(super) async fn send_by(address: SocketAddr, request: Request<Full<Bytes>>, h2: bool) -> Reply {
    let client = Client::builder(TokioExecutor::new()).http2_only(h2).build_http();
    let (mut parts, body) = request.into_parts();
    parts.uri = format!("http://{address}{}", parts.uri).parse().unwrap();
    let response = client.request(Request::from_parts(parts, body)).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let body = String::from_utf8(body.to_vec()).unwrap();
    Reply { status: parts.status, headers: parts.headers, body }
}

pub(super) fn request(method: &str, path: &str, body: &str) -> Request<Full<Bytes>> {
    let body = Full::new(Bytes::copy_from_slice(body.as_bytes()));
    Request::builder().method(method).uri(path).body(body).unwrap()
}
