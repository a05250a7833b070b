//! One function, called a number of times with some calls at the same time; what came of all of
//! them, added up. It does not know who asked.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::{Duration, Instant};

use telemetry::Counts;
use tokio::task::JoinSet;
use wasmtime::component::Val;

use super::processor_time;
use crate::instances::{Callable, Failure, Instances, Outcome, Times};

/// How often and how many at a time.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub count: NonZeroU32,
    pub concurrency: NonZeroU32,
}

/// What came of all invocations.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// The invocation that ended first; with one invocation, that one.
    pub first: Option<Outcome>,
    pub ok: u64,
    pub error: u64,
    pub trapped: u64,
    pub records: Counts,
    /// Invocations whose records could not be asked for.
    pub uncounted: u64,
    pub lossy: bool,
    pub failure: Option<Failure>,
    pub last_error: Option<String>,
    pub times: Times,
    pub wall: Duration,
    /// Processor time of the whole process meanwhile, where the system tells.
    pub processor: Option<Duration>,
}

/// Calls the function as often as planned.
pub async fn repeat(
    instances: &Arc<Instances>,
    callable: Arc<Callable>,
    params: Arc<[Val]>,
    plan: Plan,
) -> Totals {
    let (begun, used) = (Instant::now(), processor_time());
    let left = Arc::new(AtomicU32::new(plan.count.get()));
    let mut workers = JoinSet::new();
    for _ in 0..plan.concurrency.min(plan.count).get() {
        let (instances, callable) = (Arc::clone(instances), Arc::clone(&callable));
        let (params, left) = (Arc::clone(&params), Arc::clone(&left));
        workers.spawn(async move {
            let mut totals = Totals::default();
            while left.try_update(Relaxed, Relaxed, |n| n.checked_sub(1)).is_ok() {
                totals.add(instances.invoke(&callable, &params).await);
            }
            totals
        });
    }
    let mut totals = Totals::default();
    while let Some(joined) = workers.join_next().await {
        match joined {
            Ok(part) => totals.merge(part),
            Err(error) => totals.add_failure(Failure::Host(error.to_string())),
        }
    }
    totals.wall = begun.elapsed();
    totals.processor = processor_time().zip(used).map(|(now, then)| now.saturating_sub(then));
    totals
}

impl Totals {
    fn add(&mut self, outcome: Outcome) {
        match &outcome.result {
            Err(failure) => self.add_failure(failure.clone()),
            Ok(_) if outcome.returned_err() => self.error += 1,
            Ok(_) => self.ok += 1,
        }
        self.records += outcome.delivery.records;
        self.uncounted += u64::from(outcome.delivery.uncounted);
        self.lossy |= outcome.delivery.is_lossy();
        if let Some(error) = &outcome.delivery.last_error {
            self.last_error = Some(error.clone());
        }
        self.times += outcome.times;
        self.first.get_or_insert(outcome);
    }

    fn add_failure(&mut self, failure: Failure) {
        self.trapped += 1;
        self.failure = Some(failure);
    }

    fn merge(&mut self, other: Self) {
        self.ok += other.ok;
        self.error += other.error;
        self.trapped += other.trapped;
        self.records += other.records;
        self.uncounted += other.uncounted;
        self.lossy |= other.lossy;
        self.failure = other.failure.or(self.failure.take());
        self.last_error = other.last_error.or(self.last_error.take());
        self.times += other.times;
        let earlier = |a: &Outcome, b: &Outcome| a.id <= b.id;
        if let Some(first) = other.first
            && !self.first.as_ref().is_some_and(|mine| earlier(mine, &first))
        {
            self.first = Some(first);
        }
    }
}
