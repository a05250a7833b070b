//! A layer around an operator's client that notes every write, and can cut the operator off right
//! after one: the server has done it, the operator never hears of it.

use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Instant;

use http::{Method, Request};
use kube::client::Body;
use tokio::sync::Notify;
use tower::{Layer, Service};

/// What one operator wrote.
#[derive(Clone, Default)]
pub(crate) struct Meter(Arc<State>);

#[derive(Default)]
struct State {
    writes: Mutex<Vec<(String, Instant)>>,
    /// The last write that is let through.
    last: Option<usize>,
    /// Writes to such paths are never answered.
    deaf: Option<&'static str>,
    /// Reads of such paths fail while this is set.
    garbled: Mutex<Option<&'static str>>,
    cut: Notify,
}

impl Meter {
    /// Cuts off after this many writes.
    pub(crate) fn cutting(after: usize) -> Self {
        Self(Arc::new(State { last: Some(after), ..State::default() }))
    }

    /// Lets everything through but writes whose path ends so, which hang for ever.
    pub(crate) fn deaf_to(path: &'static str) -> Self {
        Self(Arc::new(State { deaf: Some(path), ..State::default() }))
    }

    /// From now on reads whose path ends so are errors of the server; `None` ends it.
    pub(crate) fn garble(&self, path: Option<&'static str>) {
        *self.0.garbled.lock().unwrap() = path;
    }

    /// Method and path of each write.
    pub(crate) fn writes(&self) -> Vec<String> {
        let writes = self.0.writes.lock().unwrap();
        writes.iter().map(|(write, _)| write.clone()).collect()
    }

    /// When writes to paths that end so were sent.
    pub(crate) fn times(&self, end: &str) -> Vec<Instant> {
        let writes = self.0.writes.lock().unwrap();
        writes.iter().filter(|(write, _)| write.ends_with(end)).map(|(_, at)| *at).collect()
    }

    /// Returns when the operator has been cut off.
    pub(crate) async fn cut(&self) {
        self.0.cut.notified().await;
    }

    /// Notes a write; returns its number.
    fn note(&self, request: &Request<Body>) -> usize {
        let mut writes = self.0.writes.lock().unwrap();
        writes.push((format!("{} {}", request.method(), request.uri().path()), Instant::now()));
        writes.len()
    }
}

impl<S> Layer<S> for Meter {
    type Service = Metered<S>;

    fn layer(&self, inner: S) -> Metered<S> {
        Metered { inner, meter: self.clone() }
    }
}

/// The transport with a meter.
#[derive(Clone)]
pub(crate) struct Metered<S> {
    inner: S,
    meter: Meter,
}

impl<S: Service<Request<Body>>> Service<Request<Body>> for Metered<S>
where
    S::Future: Send + 'static,
    S::Response: Send + 'static,
    S::Error: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        if request.method() == Method::GET {
            let path = request.uri().path().to_owned();
            if self.meter.0.garbled.lock().unwrap().is_some_and(|end| path.ends_with(end)) {
                // What the server can make nothing of is neither absent nor forbidden.
                *request.uri_mut() = format!("{path}?timeout=nonsense").parse().unwrap();
            }
            return Box::pin(self.inner.call(request));
        }
        let number = self.meter.note(&request);
        let last = self.meter.0.last.unwrap_or(usize::MAX);
        let is_deaf = self.meter.0.deaf.is_some_and(|path| request.uri().path().ends_with(path));
        if number > last || is_deaf {
            return Box::pin(pending());
        }
        let (answer, meter) = (self.inner.call(request), self.meter.clone());
        Box::pin(async move {
            let answer = answer.await;
            if number == last {
                meter.0.cut.notify_one();
                return pending().await;
            }
            answer
        })
    }
}
