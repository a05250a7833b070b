//! What the node counts, for Prometheus to fetch. It knows no HTTP and decides nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use prometheus_client::encoding::text;
use prometheus_client::metrics::counter::{Atomic, Counter};
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::instances::{Delivery, Failure};

type Labels = Vec<(&'static str, String)>;

/// From the cost of one small instance to the longest usual time-out, in seconds.
const BUCKETS: [f64; 14] =
    [1e-5, 2.5e-5, 1e-4, 2.5e-4, 1e-3, 2.5e-3, 1e-2, 2.5e-2, 0.1, 0.25, 1.0, 2.5, 10.0, 30.0];

/// All metrics of the node. Clones share the counts.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    invocations: Family<Labels, Counter>,
    durations: Family<Labels, Histogram, Durations>,
    refusals: Family<Labels, Counter>,
    records: Records,
    in_flight: Gauge,
}

/// How an invocation ended, as far as it is counted.
#[derive(Clone, Copy, Debug)]
pub enum Ending<'a> {
    Ok,
    /// The function returned `err`.
    Error,
    Failed(&'a Failure),
    /// The host could not read what the function returned.
    Unreadable,
}

impl Ending<'_> {
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Error => "error",
            Self::Unreadable => "host",
            // The many kinds of traps are told by log lines.
            Self::Failed(Failure::Trap { .. }) => "trap",
            Self::Failed(failure) => failure.code(),
        }
    }
}

impl Metrics {
    pub fn new(graph: &str) -> Self {
        let labels = std::iter::once(("graph".into(), graph.to_owned().into()));
        let mut registry = Registry::with_prefix_and_labels("componentgraph", labels);
        let invocations = Family::default();
        registry.register("invocations", "Invocations by route and outcome", invocations.clone());
        let durations = Family::new_with_constructor(Durations);
        registry.register_with_unit(
            "invocation_duration",
            "Wall clock of an invocation with the delivery of its records",
            Unit::Seconds,
            durations.clone(),
        );
        let refusals = Family::default();
        let help = "HTTP requests answered without an invocation";
        registry.register("http_refusals", help, refusals.clone());
        let in_flight = Gauge::default();
        registry.register("invocations_in_flight", "Invocations under way", in_flight.clone());
        let records = Records::register(&mut registry);
        Self { registry: Arc::new(registry), invocations, durations, refusals, records, in_flight }
    }

    /// The metrics of one route, looked up once.
    pub fn route(&self, name: &str) -> RouteMetrics {
        let ending = |ending: Ending<'_>| {
            let labels = vec![("route", name.to_owned()), ("outcome", ending.as_str().to_owned())];
            self.invocations.get_or_create_owned(&labels)
        };
        RouteMetrics {
            name: name.to_owned(),
            ok: ending(Ending::Ok),
            error: ending(Ending::Error),
            duration: self.durations.get_or_create_owned(&vec![("route", name.to_owned())]),
            all: self.clone(),
        }
    }

    /// A request that led to no invocation; `route` is empty when none was found.
    pub fn refused(&self, route: &str, status: u16) {
        let labels = vec![("route", route.to_owned()), ("status", status.to_string())];
        self.refusals.get_or_create(&labels).inc();
    }

    /// The text that Prometheus reads.
    pub fn text(&self) -> Result<String, std::fmt::Error> {
        let mut out = String::new();
        text::encode(&mut out, &self.registry)?;
        Ok(out)
    }
}

/// The metrics of one route.
#[derive(Clone)]
pub struct RouteMetrics {
    name: String,
    ok: Counter,
    error: Counter,
    duration: Histogram,
    all: Metrics,
}

impl RouteMetrics {
    /// Counts as in flight until the returned value is dropped.
    pub fn begin(&self) -> InFlight {
        self.all.in_flight.inc();
        InFlight(self.all.in_flight.clone())
    }

    pub fn end(&self, ending: Ending<'_>, delivery: &Delivery, elapsed: Duration) {
        match ending {
            Ending::Ok => self.ok.inc(),
            Ending::Error => self.error.inc(),
            Ending::Failed(_) | Ending::Unreadable => {
                let outcome = ending.as_str().to_owned();
                let labels = vec![("route", self.name.clone()), ("outcome", outcome)];
                self.all.invocations.get_or_create(&labels).inc()
            }
        };
        // An invocation that never began would only make the others look fast.
        if !matches!(ending, Ending::Failed(Failure::Overloaded(_))) {
            self.duration.observe(elapsed.as_secs_f64());
        }
        self.all.records.add(delivery);
    }
}

/// See [`RouteMetrics::begin`].
#[must_use]
pub struct InFlight(Gauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[derive(Clone)]
struct Durations;

impl MetricConstructor<Histogram> for Durations {
    fn new_metric(&self) -> Histogram {
        Histogram::new(BUCKETS)
    }
}

/// Counts come from components: whatever they say, a counter never goes back.
#[derive(Debug, Default)]
struct Saturating(AtomicU64);

impl Atomic<u64> for Saturating {
    fn inc(&self) -> u64 {
        self.inc_by(1)
    }

    fn inc_by(&self, more: u64) -> u64 {
        let add = |count: u64| Some(count.saturating_add(more));
        self.0.fetch_update(Relaxed, Relaxed, add).unwrap_or_else(|count| count)
    }

    fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

type RecordCounter = Counter<u64, Saturating>;

/// One counter for each fate of a record.
#[derive(Clone)]
struct Records {
    created: RecordCounter,
    acknowledged: RecordCounter,
    rejected: RecordCounter,
    failed: RecordCounter,
    unverified: RecordCounter,
    uncounted: Counter,
}

impl Records {
    fn register(registry: &mut Registry) -> Self {
        let states: Family<Labels, RecordCounter> = Family::default();
        registry.register("records", "Telemetry records by state", states.clone());
        let uncounted = Counter::default();
        let help = "Invocations that ended before they could say what became of their records";
        registry.register("uncounted_deliveries", help, uncounted.clone());
        let state = |name: &str| states.get_or_create_owned(&vec![("state", name.to_owned())]);
        Self {
            created: state("created"),
            acknowledged: state("acknowledged"),
            rejected: state("rejected"),
            failed: state("failed"),
            unverified: state("unverified"),
            uncounted,
        }
    }

    fn add(&self, delivery: &Delivery) {
        let counts = &delivery.records;
        self.created.inc_by(counts.created);
        self.acknowledged.inc_by(counts.acknowledged);
        self.rejected.inc_by(counts.rejected);
        self.failed.inc_by(counts.failed);
        self.unverified.inc_by(counts.unverified);
        self.uncounted.inc_by(u64::from(delivery.uncounted));
    }
}

#[cfg(test)]
mod tests {
    use telemetry::Counts;

    use super::*;

    #[test]
    fn no_count_turns_a_counter_back() {
        let metrics = Metrics::new("test");
        let records = Counts { failed: u64::MAX, ..Counts::default() };
        for _ in 0..2 {
            metrics.records.add(&Delivery { records, ..Delivery::default() });
        }
        assert_eq!(metrics.records.failed.get(), u64::MAX);
    }
}
