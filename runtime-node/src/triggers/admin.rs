//! The admin port: `/livez`, `/readyz`, `/metrics`. It only reads what others set.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use ::http::header::CONTENT_TYPE;
use ::http::{HeaderValue, Method, Request, Response, StatusCode};
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;

use super::http::Answer;
use crate::metrics::Metrics;

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const OPENMETRICS: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

/// Whether the node wants requests. It does not depend on the collector: a node that cannot
/// deliver telemetry still serves.
#[derive(Debug, Default)]
pub struct Readiness(AtomicU8);

/// The states of a node, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Starting,
    Ready,
    Draining,
}

impl Readiness {
    pub fn set(&self, phase: Phase) {
        self.0.store(phase as u8, Ordering::Relaxed);
    }

    pub fn get(&self) -> Phase {
        match self.0.load(Ordering::Relaxed) {
            0 => Phase::Starting,
            1 => Phase::Ready,
            _ => Phase::Draining,
        }
    }
}

/// Answers on the admin port.
pub struct Admin {
    pub readiness: Arc<Readiness>,
    pub metrics: Metrics,
}

impl Answer for Admin {
    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Response<Full<Bytes>> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return plain(StatusCode::METHOD_NOT_ALLOWED, "only GET\n");
        }
        match request.uri().path() {
            // That this is answered at all shows that the event loop turns.
            "/livez" => plain(StatusCode::OK, "ok\n"),
            "/readyz" => match self.readiness.get() {
                Phase::Starting => plain(StatusCode::SERVICE_UNAVAILABLE, "starting\n"),
                Phase::Ready => plain(StatusCode::OK, "ok\n"),
                Phase::Draining => plain(StatusCode::SERVICE_UNAVAILABLE, "draining\n"),
            },
            "/metrics" => match self.metrics.text() {
                Ok(text) => text_response(StatusCode::OK, OPENMETRICS, Bytes::from(text)),
                Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR, "metrics cannot be written\n"),
            },
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
