//! Counts requests to the API server by verb and resource, as its own audit log names them.

use http::{Method, Request};
use kube::client::Body;
use tower::{Layer, Service};

use super::Metrics;

/// A layer around the client's transport.
#[derive(Clone, Debug)]
pub struct Counting(pub Metrics);

/// The transport with a counter.
#[derive(Clone, Debug)]
pub struct Counted<S> {
    inner: S,
    metrics: Metrics,
}

impl<S> Layer<S> for Counting {
    type Service = Counted<S>;

    fn layer(&self, inner: S) -> Counted<S> {
        Counted { inner, metrics: self.0.clone() }
    }
}

impl<S: Service<Request<Body>>> Service<Request<Body>> for Counted<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(
        &mut self,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> S::Future {
        let (verb, resource) = name(&request);
        self.metrics.requested(verb, &resource);
        self.inner.call(request)
    }
}

fn name(request: &Request<Body>) -> (&'static str, String) {
    let Target { resource, is_named } = target(request.uri().path());
    let is_watch = request.uri().query().is_some_and(|query| query.contains("watch=true"));
    let verb = match *request.method() {
        Method::GET if is_watch => "watch",
        Method::GET if is_named => "get",
        Method::GET => "list",
        Method::POST => "create",
        Method::PUT => "update",
        Method::PATCH => "patch",
        Method::DELETE => "delete",
        _ => "other",
    };
    (verb, resource)
}

struct Target {
    /// Such as `deployments` or `componentgraphs/status`.
    resource: String,
    is_named: bool,
}

/// `/api/v1/…`, `/apis/GROUP/VERSION/…`, with or without `namespaces/NS/` before the resource.
fn target(path: &str) -> Target {
    let mut parts = path.trim_matches('/').split('/');
    let skipped = if parts.next() == Some("api") { 1 } else { 2 };
    let rest: Vec<_> = parts.skip(skipped).collect();
    let rest = match rest.as_slice() {
        ["namespaces", _, rest @ ..] if !rest.is_empty() => rest,
        rest => rest,
    };
    match rest {
        [resource] => Target { resource: (*resource).to_owned(), is_named: false },
        [resource, _] => Target { resource: (*resource).to_owned(), is_named: true },
        [resource, _, sub, ..] => Target { resource: format!("{resource}/{sub}"), is_named: true },
        [] => Target { resource: String::new(), is_named: false },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_have_the_names_of_the_audit_log() {
        let check = |method: Method, uri: &str, verb: &str, resource: &str| {
            let request = Request::builder().method(method).uri(uri);
            let found = name(&request.body(Body::empty()).unwrap());
            assert_eq!(found, (verb, resource.to_owned()), "{uri}");
        };
        let graphs = "/apis/componentgraph.dev/v1alpha1";
        check(Method::GET, "/api/v1/pods?watch=true", "watch", "pods");
        check(Method::GET, "/api/v1/namespaces/a/configmaps?limit=1", "list", "configmaps");
        check(Method::GET, "/api/v1/namespaces/a/configmaps/b", "get", "configmaps");
        check(Method::POST, "/apis/apps/v1/namespaces/a/deployments?", "create", "deployments");
        let status = format!("{graphs}/namespaces/a/componentgraphs/b/status");
        check(Method::PATCH, &status, "patch", "componentgraphs/status");
        check(Method::DELETE, "/api/v1/namespaces/a/services/b", "delete", "services");
    }
}
