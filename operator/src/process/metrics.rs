//! Numbers about the process. Names of objects are no labels: their number has no bound.

use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Upper bounds in seconds.
const BUCKETS: [f64; 10] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 60.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByResult {
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByVerb {
    verb: String,
    resource: String,
}

/// All of them.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Arc<Registry>,
    reconciles: Family<ByResult, Counter>,
    durations: Histogram,
    requests: Family<ByVerb, Counter>,
    leader: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let (reconciles, requests) = (Family::default(), Family::default());
        let (durations, leader) = (Histogram::new(BUCKETS), Gauge::default());
        let mut registry = Registry::with_prefix("componentgraph_operator");
        registry.register(
            "reconciles",
            "Reconciles by result: ok, waiting, server, deadline",
            reconciles.clone(),
        );
        registry.register(
            "reconcile_duration_seconds",
            "Duration of one reconcile",
            durations.clone(),
        );
        registry.register(
            "api_requests",
            "Requests to the API server by verb and resource",
            requests.clone(),
        );
        registry.register("leader", "1 while this process leads", leader.clone());
        Self { registry: Arc::new(registry), reconciles, durations, requests, leader }
    }
}

impl Metrics {
    pub fn reconciled(&self, result: &'static str, took: Duration) {
        self.reconciles.get_or_create(&ByResult { result }).inc();
        self.durations.observe(took.as_secs_f64());
    }

    pub fn requested(&self, verb: &str, resource: &str) {
        let labels = ByVerb { verb: verb.to_owned(), resource: resource.to_owned() };
        self.requests.get_or_create(&labels).inc();
    }

    /// Requests so far, by verb and resource.
    pub fn requests(&self, verb: &str, resource: &str) -> u64 {
        let labels = ByVerb { verb: verb.to_owned(), resource: resource.to_owned() };
        self.requests.get_or_create(&labels).get()
    }

    pub fn leads(&self, leads: bool) {
        self.leader.set(i64::from(leads));
    }

    /// In the text form of Prometheus.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
