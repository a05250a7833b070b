//! One request from its route to its response. Reading, binding and answering are done elsewhere;
//! here is their order, and what is counted and logged on the way.

use std::sync::Arc;
use std::time::Instant;

use ::http::header::CONTENT_LENGTH;
use ::http::{HeaderValue, Method, Request};
use bytes::Bytes;
use graph::Route;
use http_body_util::Full;
use hyper::body::{Body, Incoming};
use wasmtime::component::Val;

use super::invoke::Invoke;
use super::media::path_segments;
use super::request::{RequestLimits, read};
use super::response::{HttpResponse, Refusal, error, failed, internal, ok};
use super::router::{Found, Router};
use super::server::Answer;
use crate::instances::Outcome;
use crate::metrics::{Ending, Metrics, RouteMetrics};
use crate::values::{Input, Returned, Signature};

/// A route of the graph and the function it leads to.
pub struct Target<C> {
    pub route: Route,
    pub signature: Signature,
    pub callable: C,
}

/// Answers the requests of a graph.
pub struct Front<I: Invoke> {
    router: Router<Entry<I::Callable>>,
    invoke: Arc<I>,
    limits: RequestLimits,
    metrics: Metrics,
}

struct Entry<C> {
    name: String,
    signature: Signature,
    callable: C,
    metrics: RouteMetrics,
}

impl<I: Invoke> Front<I> {
    pub fn new(
        targets: Vec<Target<I::Callable>>,
        invoke: Arc<I>,
        limits: RequestLimits,
        metrics: &Metrics,
    ) -> Self {
        let mut router = Router::default();
        for Target { route, signature, callable } in targets {
            let name = route.name.to_string();
            let route_metrics = metrics.route(&name);
            let entry = Entry { name, signature, callable, metrics: route_metrics };
            router.insert(route.method, &route.path, entry);
        }
        Self { router, invoke, limits, metrics: metrics.clone() }
    }

    async fn routed(&self, request: Request<Incoming>) -> HttpResponse {
        let (parts, body) = request.into_parts();
        let Some(path) = path_segments(parts.uri.path()) else {
            let reason = "the path is not UTF-8 when decoded".to_owned();
            return self.refuse("", &Refusal::Bad(reason));
        };
        let (entry, captures) = match self.router.find(route_method(&parts.method), &path) {
            Found::Target { target, captures } => (target, captures),
            Found::OtherMethods(methods) => return self.refuse("", &Refusal::Method(methods)),
            Found::Nothing => return self.refuse("", &Refusal::NoRoute),
        };
        let pieces = match read(&parts, body, captures, self.limits).await {
            Ok(pieces) => pieces,
            Err(refusal) => return self.refuse(&entry.name, &refusal),
        };
        let input = Input::Named { texts: &pieces.texts, json: pieces.json.as_ref() };
        match entry.signature.bind(input) {
            Ok(params) => self.invoked(entry, params).await,
            Err(problems) => self.refuse(&entry.name, &Refusal::Arguments(problems)),
        }
    }

    fn refuse(&self, route: &str, refusal: &Refusal) -> HttpResponse {
        self.metrics.refused(route, refusal.status().as_u16());
        refusal.response()
    }

    async fn invoked(&self, entry: &Entry<I::Callable>, params: Vec<Val>) -> HttpResponse {
        let in_flight = entry.metrics.begin();
        let begun = Instant::now();
        let outcome = self.invoke.invoke(&entry.callable, params).await;
        let elapsed = begun.elapsed();
        drop(in_flight);
        log_loss(entry, &outcome);
        let (ending, response) = answer(entry, &outcome);
        entry.metrics.end(ending, &outcome.delivery, elapsed);
        response
    }
}

impl<I: Invoke> Answer for Front<I> {
    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> HttpResponse {
        let head = request.method() == Method::HEAD;
        let response = self.routed(request).await;
        if head { without_body(response) } else { response }
    }
}

/// What the response says never depends on telemetry.
fn answer<'a, C>(entry: &Entry<C>, outcome: &'a Outcome) -> (Ending<'a>, HttpResponse) {
    let id = outcome.id;
    let val = match &outcome.result {
        Ok(val) => val.as_ref(),
        Err(failure) => {
            let (route, code) = (entry.name.as_str(), failure.code());
            tracing::warn!(route, id, code, "invocation failed: {failure}");
            return (Ending::Failed(failure), failed(failure, id));
        }
    };
    match entry.signature.returned(val) {
        Ok(Returned::Ok(value)) => (Ending::Ok, ok(&value)),
        Ok(Returned::Error(value)) => (Ending::Error, error(&value)),
        Err(mismatch) => {
            tracing::error!(route = entry.name.as_str(), id, "{mismatch}");
            (Ending::Unreadable, internal(Some(id)))
        }
    }
}

fn log_loss<C>(entry: &Entry<C>, outcome: &Outcome) {
    let delivery = &outcome.delivery;
    if delivery.is_lossy() {
        tracing::warn!(
            route = entry.name.as_str(),
            id = outcome.id,
            created = delivery.records.created,
            rejected = delivery.records.rejected,
            failed = delivery.records.failed,
            error = delivery.last_error.as_deref().unwrap_or_default(),
            "telemetry records were lost"
        );
    }
}

fn route_method(method: &Method) -> Option<graph::Method> {
    let name = if *method == Method::HEAD { "GET" } else { method.as_str() };
    graph::Method::ALL.into_iter().find(|known| known.as_str() == name)
}

fn without_body(response: HttpResponse) -> HttpResponse {
    let (mut parts, body) = response.into_parts();
    let length = body.size_hint().exact().unwrap_or_default();
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    HttpResponse::from_parts(parts, Full::new(Bytes::new()))
}
