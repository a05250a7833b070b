//! Numbers about the process. Names of objects are no labels: their number has no bound.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use graph::{ConditionStatus, Status};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
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

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByOutcome {
    kind: String,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByCondition {
    condition: &'static str,
    status: &'static str,
}

/// Conditions that are counted.
const CONDITIONS: [&str; 3] = ["Available", "Ready", "Stalled"];

/// What became of one object of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    Created,
    Updated,
    Unchanged,
    Deleted,
}

/// All of them.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Arc<Registry>,
    reconciles: Family<ByResult, Counter>,
    durations: Histogram,
    requests: Family<ByVerb, Counter>,
    leader: Gauge,
    applied: Family<ByOutcome, Counter>,
    graphs: Family<ByCondition, Gauge>,
    /// By uid, how each graph is counted now.
    counted: Arc<Mutex<HashMap<String, Vec<ByCondition>>>>,
}

impl Default for Metrics {
    fn default() -> Self {
        let (reconciles, requests) = (Family::default(), Family::default());
        let (durations, leader) = (Histogram::new(BUCKETS), Gauge::default());
        let (applied, graphs) = (Family::default(), Family::default());
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
        registry.register(
            "applies",
            "Objects of graphs by kind and outcome: created, updated, unchanged, deleted",
            applied.clone(),
        );
        registry.register("graphs", "Graphs by condition and its status", graphs.clone());
        let build = vec![("version", env!("CARGO_PKG_VERSION"))];
        registry.register("build", "The version of this program", Info::new(build));
        let (registry, counted) = (Arc::new(registry), Arc::default());
        Self { registry, reconciles, durations, requests, leader, applied, graphs, counted }
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

    pub fn applied(&self, kind: &str, outcome: Applied) {
        let outcome = match outcome {
            Applied::Created => "created",
            Applied::Updated => "updated",
            Applied::Unchanged => "unchanged",
            Applied::Deleted => "deleted",
        };
        self.applied.get_or_create(&ByOutcome { kind: kind.to_owned(), outcome }).inc();
    }

    /// Counts a graph by what its status says now.
    pub fn graph(&self, uid: &str, status: &Status) {
        let labels = CONDITIONS.iter().filter_map(|condition| {
            let status = match status.condition(condition)?.status {
                ConditionStatus::True => "True",
                ConditionStatus::False => "False",
                ConditionStatus::Unknown => "Unknown",
            };
            Some(ByCondition { condition, status })
        });
        self.count(uid, Some(labels.collect()));
    }

    /// A graph that is gone counts no more.
    pub fn gone(&self, uid: &str) {
        self.count(uid, None);
    }

    fn count(&self, uid: &str, now: Option<Vec<ByCondition>>) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        for labels in now.iter().flatten() {
            self.graphs.get_or_create(labels).inc();
        }
        let before = match now {
            Some(now) => counted.insert(uid.to_owned(), now),
            None => counted.remove(uid),
        };
        for labels in before.iter().flatten() {
            self.graphs.get_or_create(labels).dec();
        }
    }

    /// In the text form of Prometheus.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn status(ready: ConditionStatus) -> Status {
        let condition = graph::Condition {
            kind: "Ready".to_owned(),
            status: ready,
            reason: "Ready".to_owned(),
            message: String::new(),
            observed_generation: 1,
            last_transition_time: String::new(),
        };
        Status { conditions: vec![condition], ..Status::default() }
    }

    #[test]
    fn each_graph_counts_once_and_not_when_it_is_gone() {
        let metrics = Metrics::default();
        let has = |line: &str| metrics.to_text().lines().any(|found| found == line);
        let of = |status: &str| {
            format!("componentgraph_operator_graphs{{condition=\"Ready\",status=\"{status}\"}}")
        };
        metrics.graph("a", &status(ConditionStatus::False));
        metrics.graph("b", &status(ConditionStatus::False));
        metrics.graph("a", &status(ConditionStatus::True));
        metrics.graph("a", &status(ConditionStatus::True));
        assert!(has(&format!("{} 1", of("True"))) && has(&format!("{} 1", of("False"))));
        metrics.gone("b");
        metrics.gone("b");
        assert!(has(&format!("{} 1", of("True"))) && has(&format!("{} 0", of("False"))));
    }

    #[test]
    fn every_metric_is_documented() {
        let document = include_str!("../../../docs/metrics.md");
        let rows =
            document.lines().filter_map(|line| line.strip_prefix("| `componentgraph_operator_"));
        let documented: BTreeSet<_> = rows.filter_map(|row| row.split('`').next()).collect();
        // Nothing is said of what never happened.
        let metrics = Metrics::default();
        metrics.reconciled("ok", Duration::ZERO);
        metrics.requested("get", "services");
        metrics.applied("Service", Applied::Created);
        metrics.graph("a", &status(ConditionStatus::True));
        let text = metrics.to_text();
        let known = text.lines().filter_map(|line| {
            let (name, kind) =
                line.strip_prefix("# TYPE componentgraph_operator_")?.split_once(' ')?;
            let suffix = match kind {
                "counter" => "_total",
                "info" => "_info",
                _ => "",
            };
            Some(format!("{name}{suffix}"))
        });
        let known: BTreeSet<_> = known.collect();
        assert_eq!(documented, known.iter().map(String::as_str).collect());
    }
}
