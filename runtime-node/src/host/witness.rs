//! The host's own view of the calls of one invocation that carry telemetry: how many left, how many
//! were acknowledged by a status of success. It knows nothing of records.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use super::sight::Sight;

/// gRPC methods that carry telemetry start so.
const OTLP: &str = "/opentelemetry.proto.collector.";

/// Whether calls of a gRPC method are telemetry; others are the graph's own business.
pub(super) fn is_telemetry(method: &str) -> bool {
    method.starts_with(OTLP)
}

/// The witnesses of one invocation.
#[derive(Clone, Debug, Default)]
pub struct Witnesses {
    /// Of calls that a component with `delivery` answers for.
    pub answered_for: Arc<Witness>,
    /// Of all others.
    pub others: Arc<Witness>,
}

impl Witnesses {
    pub fn of(&self, sight: Sight) -> &Arc<Witness> {
        if sight.is_answered_for { &self.answered_for } else { &self.others }
    }

    /// Time spent waiting for sends.
    pub fn time(&self) -> Duration {
        self.answered_for.time().saturating_add(self.others.time())
    }

    /// When the first call began.
    pub fn first(&self) -> Option<Instant> {
        let all = [&self.answered_for, &self.others];
        all.into_iter().filter_map(|witness| witness.first.get()).min().copied()
    }
}

/// Counts of telemetry calls.
#[derive(Debug, Default)]
pub struct Witness {
    calls: AtomicU64,
    ok: AtomicU64,
    refused: AtomicU64,
    nanoseconds: AtomicU64,
    first: OnceLock<Instant>,
    last_error: Mutex<Option<String>>,
}

impl Witness {
    /// A call leaves now; without [`Witness::confirmed`] it counts as lost.
    pub fn began(&self) -> Instant {
        self.calls.fetch_add(1, Relaxed);
        let now = Instant::now();
        self.first.get_or_init(|| now);
        now
    }

    /// The host itself refused to send what had begun. Whoever called may send less instead, so
    /// this was no call.
    pub fn withdrew(&self, error: &str) {
        self.calls.fetch_sub(1, Relaxed);
        self.refused.fetch_add(1, Relaxed);
        self.explain(error);
    }

    /// The status of a call that began was success.
    pub fn confirmed(&self) {
        self.ok.fetch_add(1, Relaxed);
    }

    /// What went wrong last.
    pub fn explain(&self, error: &str) {
        let mut last = self.last_error.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *last = Some(error.to_owned());
    }

    pub fn spent(&self, time: Duration) {
        let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds.fetch_add(nanoseconds, Relaxed);
    }

    pub fn calls(&self) -> u64 {
        self.calls.load(Relaxed)
    }

    pub fn ok(&self) -> u64 {
        self.ok.load(Relaxed)
    }

    pub fn refused(&self) -> u64 {
        self.refused.load(Relaxed)
    }

    fn time(&self) -> Duration {
        Duration::from_nanos(self.nanoseconds.load(Relaxed))
    }

    pub fn last_error(&self) -> Option<String> {
        self.last_error.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}
