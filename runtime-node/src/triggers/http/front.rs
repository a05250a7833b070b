//! One request from its route to its response. Reading, binding and answering are done elsewhere;
//! here is their order, and what is counted and logged on the way.

use std::sync::Arc;
use std::time::Instant;

use ::http::header::CONTENT_LENGTH;
use ::http::{HeaderValue, Method, Request};
use bytes::Bytes;
use graph::{Problem, Route};
use http_body_util::Full;
use hyper::body::{Body, Incoming};
use wasmtime::component::Val;

use super::invoke::Invoke;
use super::media::path_segments;
use super::request::{RequestLimits, read};
use super::response::{HttpResponse, Refusal, error, failed, internal, ok};
use super::router::{Found, Router, capture_name, segments};
use super::server::Answer;
use crate::instances::Outcome;
use crate::metrics::{Ending, Metrics, RouteMetrics};
use crate::values::{Input, Returned, Signature};

/// A route of the graph and the function it leads to.
pub struct Target<C> {
    /// Place among `spec.http.routes`, for problems.
    pub place: usize,
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
    /// All problems of routes that only the types of their functions show.
    pub fn new(
        targets: Vec<Target<I::Callable>>,
        invoke: Arc<I>,
        limits: RequestLimits,
        metrics: &Metrics,
    ) -> Result<Self, Vec<Problem>> {
        let mut router = Router::default();
        let mut problems = Vec::new();
        for target in targets {
            problems.extend(signature_problems(&target));
            let Target { place, route, signature, callable } = target;
            let name = route.name.to_string();
            let route_metrics = metrics.route(&name);
            let entry = Entry { name, signature, callable, metrics: route_metrics };
            if router.insert(route.method, &route.path, entry).is_err() {
                let message = format!("route `{}` repeats another route", route.name);
                let problem = Problem::new("duplicate-route", field(place, "path"), message);
                let found = format!("{} {}", route.method.as_str(), route.path);
                problems.push(problem.found(found).fix("change its method or path"));
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self { router, invoke, limits, metrics: metrics.clone() })
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

fn signature_problems<C>(target: &Target<C>) -> Vec<Problem> {
    let Target { place, route, signature, .. } = target;
    let mut problems = Vec::new();
    for name in segments(&route.path).filter_map(capture_name) {
        if signature.params.iter().all(|(param, _)| param != name) {
            let message =
                format!("route `{}` captures what its function does not take", route.name);
            let params: Vec<&str> =
                signature.params.iter().map(|(name, _)| name.as_str()).collect();
            let problem = Problem::new("unknown-capture", field(*place, "path"), message)
                .expected(format!("a parameter of {}: {}", route.function, params.join(", ")))
                .found(format!("{{{name}}}"));
            problems.push(problem.fix("name the capture after a parameter"));
        }
    }
    if let Some(reason) = signature.unsupported() {
        let message = format!("the function of route `{}` cannot be called by HTTP", route.name);
        let problem = Problem::new("unsupported-type", field(*place, "function"), message);
        problems.push(problem.found(reason).fix("route to a function of plain values"));
    }
    problems
}

fn field(place: usize, key: &str) -> String {
    format!("spec.http.routes[{place}].{key}")
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
