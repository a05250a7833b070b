//! Operators that run inside a test.

use std::path::PathBuf;

use kube::client::ClientBuilder;
use operator::process::{Bounds, Counting, Metrics, Options, RunError, operate};
use operator::settings::{Settings, Upgrade};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use super::{Meter, World, until};

/// A running operator; gone without a word when dropped.
pub(crate) struct Operator {
    pub meter: Meter,
    pub metrics: Metrics,
    /// Kept, or nobody could be told.
    _ready: watch::Receiver<bool>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), RunError>>,
}

pub(crate) fn settings() -> Settings {
    Settings {
        runtime_image: "example/runtime-node:1".to_owned(),
        runtime_pull_secrets: Vec::new(),
        runtime_pull_policy: None,
        upgrade: Upgrade::OnNextChange,
        collector: Some("http://otelcol.observability.svc:4317".to_owned()),
        log_level: graph::LogLevel::Info,
        network_policy: graph::NetworkPolicyMode::Derived,
        registry_ca: None,
        account: "componentgraph-system:componentgraph".to_owned(),
        pull_secrets_role: "componentgraph-pull-secrets".to_owned(),
        allowed_registries: Vec::new(),
        cluster_cidrs: vec!["10.96.0.0/16".to_owned()],
        cluster_domain: "cluster.local".to_owned(),
    }
}

impl World {
    pub(crate) fn operator(&self) -> Operator {
        self.operator_with(settings(), Meter::default())
    }

    pub(crate) fn operator_with(&self, settings: Settings, meter: Meter) -> Operator {
        self.operator_within(settings, meter, Bounds::default())
    }

    pub(crate) fn operator_within(
        &self,
        settings: Settings,
        meter: Meter,
        bounds: Bounds,
    ) -> Operator {
        self.operator_of(&[self], settings, meter, bounds)
    }

    /// One for several namespaces.
    pub(crate) fn operator_of(
        &self,
        worlds: &[&World],
        settings: Settings,
        meter: Meter,
        bounds: Bounds,
    ) -> Operator {
        let options = Options {
            settings,
            namespaces: worlds.iter().map(|world| world.namespace.clone()).collect(),
            admin: ([127, 0, 0, 1], 0).into(),
            bounds,
            check_threads: 2,
            scratch: scratch(),
            election: None,
            identity: self.namespace.clone(),
        };
        let metrics = Metrics::default();
        let client = ClientBuilder::try_from(self.server.operator()).unwrap();
        let client = client.with_layer(&meter).with_layer(&Counting(metrics.clone())).build();
        let (stop, stopped) = oneshot::channel::<()>();
        let (is_ready, ready) = watch::channel(false);
        let counted = metrics.clone();
        let task = tokio::spawn(async move {
            let stopped = async move { drop(stopped.await) };
            operate(client, &options, counted, is_ready, stopped).await
        });
        Operator { meter, metrics, _ready: ready, stop, task }
    }
}

fn scratch() -> PathBuf {
    std::env::temp_dir()
}

impl Operator {
    pub(crate) fn writes(&self) -> Vec<String> {
        self.meter.writes()
    }

    /// Reconciles that have ended, however they did.
    pub(crate) fn reconciles(&self) -> u64 {
        let text = self.metrics.to_text();
        let lines = text.lines().filter(|line| line.contains("operator_reconciles_total{"));
        lines.filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok()).sum()
    }

    /// Waits until another reconcile has ended.
    pub(crate) async fn reconciled(&self, before: u64) {
        until("a reconcile", async || (self.reconciles() > before).then_some(())).await;
    }

    /// Waits until nothing happens any more; returns what was written up to then.
    pub(crate) async fn rest(&self) -> Vec<String> {
        let (mut last, mut quiet) = ((0, 0), 0);
        until("the operator rests", async || {
            let now = (self.reconciles(), self.writes().len());
            quiet = if now == last { quiet + 1 } else { 0 };
            last = now;
            (quiet > 20 && now.0 > 0).then(|| self.writes())
        })
        .await
    }

    /// Ends it as a signal would.
    pub(crate) async fn stop(mut self) {
        let (stop, _) = oneshot::channel();
        // An error means that it has ended by itself, which its result shows.
        let _ = std::mem::replace(&mut self.stop, stop).send(());
        (&mut self.task).await.unwrap().unwrap();
    }
}

impl Drop for Operator {
    fn drop(&mut self) {
        self.task.abort();
    }
}
