//! From watches to reconciles: who is woken by what, how many run at once, how long one may take.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::stream::{self, poll_fn, select_all};
use futures_util::{FutureExt, StreamExt, TryStreamExt};
use kube::Api;
use kube::runtime::controller::{Action, Config};
use kube::runtime::reflector::{ObjectRef, Store, store};
use kube::runtime::{Controller, WatchStreamExt, watcher};
use tokio::sync::{Semaphore, mpsc, oneshot, watch};

use super::census::{Census, News};
use crate::dereference::{Rewatch, Watches};
use crate::reconcile::{Context, Error, reconcile};
use crate::resource::Graph;

/// How much at once, and how long.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    pub concurrency: u16,
    pub deadline: Duration,
    /// Events that follow each other this closely are one.
    pub debounce: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            concurrency: 16,
            deadline: Duration::from_secs(120),
            debounce: Duration::from_millis(50),
        }
    }
}

/// What a controller is given beside its context.
pub struct Feed {
    /// `None` for all namespaces.
    pub namespace: Option<String>,
    /// Streams that fill the stores of the context.
    pub watches: Watches,
    pub bounds: Bounds,
    /// As many reconciles as may run at once, of all controllers together.
    pub turns: Arc<Semaphore>,
    /// Told when every store is complete.
    pub synced: watch::Sender<bool>,
    pub stop: oneshot::Receiver<()>,
}

/// Reconciles the graphs of one namespace, or of all, until it is stopped. Running reconciles end
/// first.
pub async fn control(context: Arc<Context>, feed: Feed) {
    let Feed { namespace, watches, bounds, turns, synced, stop } = feed;
    let client = context.client.clone();
    let api: Api<Graph> = match &namespace {
        Some(namespace) => Api::namespaced(client, namespace),
        None => Api::all(client),
    };
    let (graphs, writer) = store::<Graph>();
    let census = Arc::new(Census::default());
    let stream = watcher(api, watcher::Config::default().any_semantic())
        .backoff(Rewatch::default())
        .modify(|graph| graph.metadata.managed_fields = None)
        .reflect(writer)
        .map_ok(follow(Arc::clone(&census), Arc::clone(&context)))
        .map_ok(|changed| stream::iter(changed.into_iter().map(Ok)))
        .try_flatten();
    let (wake, mut woken) = mpsc::unbounded_channel();
    let stores = context.stores.clone();
    let known = Arc::clone(&census);
    let ready = synced.subscribe();
    let newest = graphs.clone();
    let guard = Guard { deadline: bounds.deadline, ready, turns, census, newest };
    let gate = async move {
        if stores.ready().await {
            let _ = synced.send(true);
        }
        std::future::pending::<()>().await;
    };
    let config = Config::default().concurrency(bounds.concurrency).debounce(bounds.debounce);
    let controller = Controller::for_stream(stream, graphs)
        .with_config(config)
        .reconcile_on(poll_fn(move |context| woken.poll_recv(context)))
        .graceful_shutdown_on(stop.map(drop))
        .run(
            move |graph, context| guarded(graph, context, guard.clone()),
            move |graph, _error, context| again(&graph, &context, &known),
            context,
        )
        .for_each(|_| std::future::ready(()));
    // The stores are filled by a hand of their own: reconciles that wait for them must not stop it.
    tokio::select! {
        () = controller => {}
        () = drive(watches, wake) => {}
        () = gate => {}
    }
}

/// Lets through what was changed by somebody, and forgets what is gone.
fn follow(
    census: Arc<Census>,
    context: Arc<Context>,
) -> impl FnMut(watcher::Event<Graph>) -> Vec<Graph> {
    move |event| {
        if let watcher::Event::Apply(graph) = &event {
            context.recent.shown(graph.uid(), graph.status.as_ref());
        }
        let News { changed, gone } = census.note(event);
        gone.iter().for_each(|uid| forget(&context, uid));
        changed
    }
}

fn forget(context: &Context, uid: &str) {
    context.recent.forget(uid);
    context.backoff.forget(uid);
    context.metrics.gone(uid);
}

async fn drive(watches: Watches, wake: mpsc::UnboundedSender<ObjectRef<Graph>>) {
    let mut events = select_all(watches);
    while let Some(event) = events.next().await {
        match event {
            // Nobody listens only while the process stops.
            Ok(graph) => drop(wake.send(graph)),
            Err(error) => tracing::warn!(%error, "a watch was interrupted"),
        }
    }
}

/// What every reconcile of a controller waits for, and is held to.
#[derive(Clone)]
struct Guard {
    deadline: Duration,
    ready: watch::Receiver<bool>,
    turns: Arc<Semaphore>,
    census: Arc<Census>,
    newest: Store<Graph>,
}

async fn guarded(
    graph: Arc<Graph>,
    context: Arc<Context>,
    mut guard: Guard,
) -> Result<Action, Error> {
    // An error means that nobody will ever say so: the process is stopping.
    if guard.ready.wait_for(|ready| *ready).await.is_err() {
        return Ok(Action::await_change());
    }
    // Only a closed semaphore gives none, and nobody closes it.
    let _turn = guard.turns.acquire().await;
    let begun = Instant::now();
    // In this order: what is let go in one place is in the other by then.
    let written = context.recent.status(graph.uid());
    let newest = guard.newest.get(&ObjectRef::from_obj(&*graph));
    let Some(graph) = newest.filter(|newest| newest.uid() == graph.uid()) else {
        return Ok(Action::await_change());
    };
    let outcome = reconcile(Arc::clone(&graph), Arc::clone(&context), written, guard.deadline);
    let outcome = outcome.await;
    report(&graph, &context, begun.elapsed(), &outcome);
    // It may have gone away meanwhile.
    if !guard.census.knows(graph.uid()) {
        forget(&context, graph.uid());
    }
    outcome
}

fn report(graph: &Graph, context: &Context, took: Duration, outcome: &Result<Action, Error>) {
    let result = match outcome {
        Ok(_) => "ok",
        Err(error) => error.class(),
    };
    context.metrics.reconciled(result, took);
    let (namespace, name) = (graph.namespace(), graph.name());
    let (generation, millis) = (graph.generation(), took.as_secs_f64() * 1e3);
    match outcome {
        Ok(_) => tracing::debug!(namespace, name, generation, millis, "reconciled"),
        Err(Error::Passing(_)) => {
            let error = outcome.as_ref().err().map(ToString::to_string);
            tracing::info!(namespace, name, generation, millis, error, "not yet");
        }
        Err(error) => tracing::warn!(namespace, name, generation, millis, %error, "failed"),
    }
}

/// A graph that went away while it was worked on leaves nothing behind here.
fn again(graph: &Graph, context: &Context, census: &Census) -> Action {
    if !census.knows(graph.uid()) {
        forget(context, graph.uid());
        return Action::await_change();
    }
    Action::requeue(context.backoff.failed(graph.uid(), graph.generation()))
}
