//! The admin port: `/livez`, `/readyz`, `/metrics`. It is open before there is a graph to serve, and
//! only reads what others set.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ::http::header::CONTENT_TYPE;
use ::http::{HeaderValue, Method, Request, Response, StatusCode};
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::http::{Answer, BindError, Server, Timing};
use crate::metrics::Metrics;

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const OPENMETRICS: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
/// How long `/readyz` waits for a node that starts. Whoever asks once a second, such as the
/// kubelet, then learns at once that it is ready; less than the time-out of its probes.
const HOLD: Duration = Duration::from_millis(1500);

/// The states of a node, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Starting,
    Ready,
    Draining,
}

/// The open port. It answers until it is dropped.
pub struct AdminPort {
    address: SocketAddr,
    admin: Arc<Admin>,
    task: JoinHandle<()>,
}

impl AdminPort {
    /// Port 0 takes a free one.
    pub async fn open(address: SocketAddr, timing: Timing) -> Result<Self, BindError> {
        let server = Server::bind(address, timing).await?;
        let address = server.local_addr();
        let admin = Arc::new(Admin::default());
        let answers = Arc::clone(&admin);
        let task = tokio::spawn(async move {
            server.serve(answers, std::future::pending(), CancellationToken::new()).await;
        });
        Ok(Self { address, admin, task })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What the graph that starts is counted with.
    pub fn count(&self, metrics: Metrics) {
        // There is one graph in the life of a node.
        let _ = self.admin.metrics.set(metrics);
    }

    pub fn set(&self, phase: Phase) {
        self.admin.phase.send_replace(phase);
    }
}

impl Drop for AdminPort {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What the admin port answers from. Whether the node is ready does not depend on the collector: a
/// node that cannot deliver telemetry still serves.
struct Admin {
    phase: watch::Sender<Phase>,
    metrics: OnceLock<Metrics>,
}

impl Default for Admin {
    fn default() -> Self {
        Self { phase: watch::Sender::new(Phase::Starting), metrics: OnceLock::new() }
    }
}

impl Admin {
    async fn ready(&self) -> Response<Full<Bytes>> {
        let mut phase = self.phase.subscribe();
        let started = phase.wait_for(|phase| *phase != Phase::Starting);
        // The phase is what counts, whether it came or the time was up.
        let _ = tokio::time::timeout(HOLD, started).await;
        match *self.phase.borrow() {
            Phase::Starting => plain(StatusCode::SERVICE_UNAVAILABLE, "starting\n"),
            Phase::Ready => plain(StatusCode::OK, "ok\n"),
            Phase::Draining => plain(StatusCode::SERVICE_UNAVAILABLE, "draining\n"),
        }
    }

    fn counts(&self) -> Response<Full<Bytes>> {
        let Some(metrics) = self.metrics.get() else {
            return plain(StatusCode::SERVICE_UNAVAILABLE, "starting\n");
        };
        match metrics.text() {
            Ok(text) => text_response(StatusCode::OK, OPENMETRICS, Bytes::from(text)),
            Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR, "metrics cannot be written\n"),
        }
    }
}

impl Answer for Admin {
    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Response<Full<Bytes>> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return plain(StatusCode::METHOD_NOT_ALLOWED, "only GET\n");
        }
        match request.uri().path() {
            // That this is answered at all shows that the event loop turns.
            "/livez" => plain(StatusCode::OK, "ok\n"),
            "/readyz" => self.ready().await,
            "/metrics" => self.counts(),
            _ => plain(StatusCode::NOT_FOUND, "the paths are /livez, /readyz and /metrics\n"),
        }
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    text_response(status, TEXT, Bytes::from_static(text.as_bytes()))
}

fn text_response(status: StatusCode, kind: HeaderValue, body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;

    #[tokio::test]
    async fn who_asks_early_waits_and_is_answered_when_the_node_is_ready() {
        let admin = Admin::default();
        let mut answer = pin!(admin.ready());
        let mut context = Context::from_waker(Waker::noop());
        assert!(answer.as_mut().poll(&mut context).is_pending());
        admin.phase.send_replace(Phase::Ready);
        let at_once = answer.as_mut().poll(&mut context);
        assert!(at_once.is_ready(), "not when the time is up");
    }
}
