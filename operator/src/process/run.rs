//! The life of the process: listen, lead, watch, stop. Whatever must run is awaited here; when one
//! part ends, the process does.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{join_all, select_all};
use kube::client::ClientBuilder;
use kube::runtime::events::{Recorder, Reporter};
use kube::{Client, Config};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Semaphore, oneshot, watch};

use super::requests::Counting;
use super::{Backoff, Bounds, Feed, Lease, LeaseError, Metrics, Times, admin, control};
use crate::check::Pool;
use crate::dereference::{Recent, Sources, open};
use crate::reconcile::Context;
use crate::settings::Settings;

/// Running reconciles may take this long to end.
const STOP: Duration = Duration::from_secs(20);

/// How the process is run.
#[derive(Clone, Debug)]
pub struct Options {
    pub settings: Settings,
    /// All when empty.
    pub namespaces: Vec<String>,
    pub admin: SocketAddr,
    pub bounds: Bounds,
    /// Threads that parse wasm.
    pub check_threads: usize,
    /// A directory that may be written to.
    pub scratch: PathBuf,
    /// `None` leads without asking.
    pub election: Option<Election>,
    /// Name of this process, such as its pod's.
    pub identity: String,
}

/// Where the lease is.
#[derive(Clone, Debug)]
pub struct Election {
    pub namespace: String,
    pub name: String,
    pub times: Times,
    /// Uid of the pod, whose name is the identity of the process.
    pub pod_uid: Option<String>,
}

/// Why the process ended early.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("there is no way to the API server: {0}")]
    Config(#[from] kube::config::InferConfigError),
    #[error("the client cannot be made: {0}")]
    Client(#[from] kube::Error),
    #[error("the admin port {0} cannot be opened: {1}")]
    Admin(SocketAddr, std::io::Error),
    #[error("signals cannot be received: {0}")]
    Signals(std::io::Error),
    #[error("the admin port has ended")]
    AdminEnded,
    #[error("this process leads no longer: {0}")]
    Lease(#[from] LeaseError),
    #[error("a watch has ended")]
    WatchEnded,
}

/// Runs until a signal.
pub async fn run(options: Options) -> Result<(), RunError> {
    let metrics = Metrics::default();
    let client = client(&metrics).await?;
    let listener = admin::listen(options.admin)
        .await
        .map_err(|error| RunError::Admin(options.admin, error))?;
    let (ready, is_ready) = watch::channel(false);
    let serving = admin::serve(listener, metrics.clone(), is_ready);
    tokio::select! {
        () = serving => Err(RunError::AdminEnded),
        ended = lead(client, &options, metrics, ready) => ended,
    }
}

async fn client(metrics: &Metrics) -> Result<Client, RunError> {
    let config = Config::infer().await?;
    Ok(ClientBuilder::try_from(config)?.with_layer(&Counting(metrics.clone())).build())
}

/// Leads as soon as it may, and until a signal.
async fn lead(
    client: Client,
    options: &Options,
    metrics: Metrics,
    ready: watch::Sender<bool>,
) -> Result<(), RunError> {
    let mut signals = Signals::new()?;
    let Some(election) = &options.election else {
        return operate(client, options, metrics, ready, signals.any()).await;
    };
    let Election { namespace, name, times, pod_uid } = election;
    let lease = Lease::new(client.clone(), namespace, name, &options.identity, *times)
        .of_pod(pod_uid.as_deref());
    // A process that waits for its turn is as ready as it can be.
    let _ = ready.send(true);
    tokio::select! {
        () = lease.acquire() => {}
        () = signals.any() => return Ok(()),
    }
    tracing::info!(identity = options.identity, "leading");
    metrics.leads(true);
    let _ = ready.send(false);
    let ended = tokio::select! {
        error = lease.hold() => return Err(error.into()),
        ended = operate(client, options, metrics, ready, signals.any()) => ended,
    };
    lease.release().await;
    ended
}

struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    fn new() -> Result<Self, RunError> {
        let listen = |kind| signal(kind).map_err(RunError::Signals);
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    async fn any(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Runs the controllers until `stop`.
pub async fn operate(
    client: Client,
    options: &Options,
    metrics: Metrics,
    ready: watch::Sender<bool>,
    stop: impl Future<Output = ()>,
) -> Result<(), RunError> {
    let reporter = Reporter {
        controller: "componentgraph-operator".into(),
        instance: Some(options.identity.clone()),
    };
    let settings = Arc::new(options.settings.clone());
    let shared = Shared {
        sources: Sources::new(client.clone(), &options.scratch, Arc::clone(&settings)),
        settings,
        pool: Pool::new(options.check_threads),
        recent: Arc::default(),
        backoff: Arc::default(),
        events: Recorder::new(client.clone(), reporter),
        metrics,
    };
    let scopes: Vec<_> = match options.namespaces.as_slice() {
        [] => vec![None],
        some => some.iter().cloned().map(Some).collect(),
    };
    let turns = Arc::new(Semaphore::new(usize::from(options.bounds.concurrency)));
    let (mut stops, mut controllers, mut synced) = (Vec::new(), Vec::new(), Vec::new());
    for namespace in scopes {
        let (stores, watches) = open(&client, namespace.as_deref(), &shared.recent);
        let (stop, stopped) = oneshot::channel();
        let (told, is_synced) = watch::channel(false);
        let turns = Arc::clone(&turns);
        let bounds = options.bounds;
        let feed = Feed { namespace, watches, bounds, turns, synced: told, stop: stopped };
        controllers.push(control(Arc::new(shared.context(&client, stores)), feed).boxed());
        stops.push(stop);
        synced.push(is_synced);
    }
    let all_synced = async {
        for mut store in synced {
            // An error means that its controller has ended, which is seen below.
            let _ = store.wait_for(|synced| *synced).await;
        }
        let _ = ready.send(true);
        std::future::pending::<()>().await;
    };
    let rest = tokio::select! {
        ((), _, _) = select_all(controllers.iter_mut()) => return Err(RunError::WatchEnded),
        () = all_synced => Vec::new(),
        () = stop => controllers,
    };
    let _ = ready.send(false);
    for stop in stops {
        // An error means that its controller has ended already.
        let _ = stop.send(());
    }
    if tokio::time::timeout(STOP, join_all(rest)).await.is_err() {
        tracing::warn!("some graphs were left in the middle; the next leader goes on");
    }
    Ok(())
}

/// What controllers of several namespaces have in common.
struct Shared {
    settings: Arc<Settings>,
    sources: Sources,
    pool: Pool,
    recent: Arc<Recent>,
    backoff: Arc<Backoff>,
    events: Recorder,
    metrics: Metrics,
}

impl Shared {
    fn context(&self, client: &Client, stores: crate::dereference::Stores) -> Context {
        Context {
            client: client.clone(),
            stores,
            settings: Arc::clone(&self.settings),
            sources: self.sources.clone(),
            pool: self.pool.clone(),
            recent: Arc::clone(&self.recent),
            backoff: Arc::clone(&self.backoff),
            metrics: self.metrics.clone(),
            events: self.events.clone(),
        }
    }
}
