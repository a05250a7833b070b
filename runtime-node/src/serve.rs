//! The life of a serving node: ports bound, routes in place, ready, told to stop, drained. It joins
//! triggers and instances and knows neither's inside.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use graph::{Manifest, Problem, Problems, Route};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::host::wasi_p2::Style;
use crate::instances::{Callable, Instances};
use crate::metrics::Metrics;
use crate::node::Node;
use crate::triggers::admin::{AdminPort, Phase};
use crate::triggers::http::{
    BindError, Current, Drained, Front, RequestLimits, Server, Target, Timing,
};
use crate::triggers::stop_signal;
use crate::values::Signature;

/// The port of the routes unless the manifest says otherwise.
pub const DEFAULT_PORT: u16 = 8080;

const HEADERS: Duration = Duration::from_secs(10);
const BODY: Duration = Duration::from_secs(30);

/// How long to take to stop.
#[derive(Clone, Copy, Debug)]
pub struct Stop {
    /// Requests are still accepted for so long after the signal.
    pub grace: Duration,
    pub drain: Duration,
}

impl Stop {
    fn timing(self) -> Timing {
        Timing { headers: HEADERS, grace: self.grace, drain: self.drain }
    }
}

/// Opens the admin port, before anything else: probes are answered while the graph starts.
pub async fn open_admin(address: SocketAddr, stop: Stop) -> Result<AdminPort, BindError> {
    AdminPort::open(address, stop.timing()).await
}

/// Serves on `address` until a signal, then drains. A node that comes by `updates` takes the place
/// of the one before: the same graph with other settings.
pub async fn serve(
    manifest: &Manifest,
    node: Node,
    updates: mpsc::Receiver<Node>,
    (address, admin): (SocketAddr, AdminPort),
    stop: Stop,
) -> Result<Drained, Problems> {
    let metrics = Metrics::new(&node.settings.graph);
    let routes = manifest.graph.spec.http.as_ref().map(|http| http.routes.as_slice());
    let routes = routes.unwrap_or_default().to_vec();
    let front = front(&node, &routes, &metrics).map_err(|problems| manifest.problems(problems))?;
    let front = Arc::new(Current::new(front));
    let told = stop_signal();
    let http = match &manifest.graph.spec.http {
        Some(_) => Some(bind(manifest, address, stop).await?),
        None => None,
    };
    announce(&node, http.as_ref(), &admin);
    admin.count(metrics.clone());
    admin.set(Phase::Ready);
    let following = tokio::spawn(follow(updates, Arc::clone(&front), routes, metrics));
    let hurry = CancellationToken::new();
    let hurried = hurry.clone();
    let stopping = async {
        told.await;
        let again = stop_signal();
        tokio::spawn(async move {
            again.await;
            tracing::warn!("told to stop again: nothing is waited for");
            hurried.cancel();
        });
        admin.set(Phase::Draining);
        tracing::info!("draining");
    };
    let drained = match http {
        Some(http) => http.serve(front, stopping, hurry).await,
        None => {
            stopping.await;
            Drained { unfinished: 0 }
        }
    };
    following.abort();
    tracing::info!(unfinished = drained.unfinished, "stopped");
    // The admin port answered until here, so that the drain can be watched.
    drop(admin);
    Ok(drained)
}

fn announce(node: &Node, http: Option<&Server>, admin: &AdminPort) {
    let style = node.settings.style;
    match http {
        Some(http) => say(style, &format!("http: listening on http://{}", http.local_addr())),
        None => say(style, "http: the graph has no routes, nothing listens for requests"),
    }
    say(style, &format!("admin: listening on http://{}", admin.address()));
    tracing::info!(
        graph = node.settings.graph,
        composition = node.composition.digest,
        collector = node.settings.collector,
        "ready"
    );
}

/// For people whatever the level of the logs; for programs in the form of all other lines.
fn say(style: Style, text: &str) {
    match style {
        Style::Marked => eprintln!("{text}"),
        Style::Logged => tracing::info!("{text}"),
    }
}

async fn follow(
    mut updates: mpsc::Receiver<Node>,
    front: Arc<Current<Front<Instances>>>,
    routes: Vec<Route>,
    metrics: Metrics,
) {
    while let Some(node) = updates.recv().await {
        match self::front(&node, &routes, &metrics) {
            Ok(next) => {
                front.replace(next);
                tracing::info!(collector = node.settings.collector, "live settings changed");
            }
            Err(problems) => {
                for problem in problems {
                    tracing::error!(code = problem.code, "{}", problem.message);
                }
            }
        }
    }
}

fn front(
    node: &Node,
    routes: &[Route],
    metrics: &Metrics,
) -> Result<Front<Instances>, Vec<Problem>> {
    let mut targets = Vec::new();
    let mut problems = Vec::new();
    for (place, route) in routes.iter().enumerate() {
        match node.callable(route.component.as_str(), &route.function) {
            Ok(callable) => targets.push(target(route, callable)),
            Err(reason) => problems.push(Problem::new(
                "unknown-function",
                format!("spec.http.routes[{place}].function"),
                reason,
            )),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let body = usize::try_from(node.settings.request_body).unwrap_or(usize::MAX);
    let limits = RequestLimits { body, body_time: BODY };
    Ok(Front::new(targets, Arc::clone(&node.instances), limits, metrics))
}

fn target(route: &Route, callable: Callable) -> Target<Callable> {
    let signature = Signature::of(&callable.params, callable.result.as_ref());
    Target { route: route.clone(), signature, callable }
}

async fn bind(manifest: &Manifest, address: SocketAddr, stop: Stop) -> Result<Server, Problems> {
    Server::bind(address, stop.timing())
        .await
        .map_err(|error| unavailable(manifest, &error, "spec.http.port", "--port"))
}

/// A port is taken, or not the node's to take.
pub fn unavailable(manifest: &Manifest, error: &BindError, field: &str, flag: &str) -> Problems {
    let problem = Problem::new("port-unavailable", field, error.to_string())
        .expected("a port that is free")
        .fix(format!("stop what listens there, or choose another port with {flag}"));
    manifest.problems(vec![problem])
}
