//! Invocations: each in a fresh store, under limits, its telemetry delivered before it counts as
//! done. It does not know who triggers them nor how values look outside.

mod budget;
mod callable;
mod delivery;
mod failure;
mod outcome;
mod state;
#[cfg(test)]
mod tests;

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use composer::{Export, Ledger};
use tokio::sync::Semaphore;
use tokio::time::timeout_at;
use wasmtime::component::{Instance, InstancePre, Linker, Val};
use wasmtime::{Store, UpdateDeadline};

use delivery::{Cut, Flushes};

pub use callable::Callable;
pub use delivery::{Delivery, INTERFACE as DELIVERY};
pub use failure::Failure;
pub use outcome::{Outcome, Times};
pub use state::State;

/// Limits of one invocation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    pub memory: u64,
    pub timeout: Duration,
    /// Longest time that one component may take to deliver its records.
    pub delivery: Duration,
    pub concurrency: NonZeroU32,
}

/// A composition, linked and ready to be instantiated any number of times.
pub struct Instances {
    pre: InstancePre<State>,
    flushes: Flushes,
    limits: Limits,
    permits: Semaphore,
}

/// Of the whole process: a graph that is started anew, with other settings, counts on.
static STARTED: AtomicU64 = AtomicU64::new(1);

/// Host memory that the values of one call may take, however little the guest may have itself:
/// values of the host are larger than those of a guest.
const LEAST_HOST_MEMORY: u64 = 16 << 20;

impl Instances {
    pub fn new(
        linker: &Linker<State>,
        component: &wasmtime::component::Component,
        ledger: &Ledger,
        limits: Limits,
    ) -> wasmtime::Result<Self> {
        Ok(Self {
            pre: linker.instantiate_pre(component)?,
            flushes: Flushes::of(ledger, component),
            limits,
            permits: Semaphore::new(limits.concurrency.get() as usize),
        })
    }

    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// The function behind an entry of the ledger; `None` when the composition lacks it.
    pub fn callable(&self, export: &Export, function: &str) -> Option<Callable> {
        Callable::find(self.pre.component(), export, function)
    }

    /// Instantiates once and drops it: what cannot start is found before anybody waits for it.
    pub async fn try_start(&self) -> Result<(), Failure> {
        let mut store = self.store(Instant::now() + self.limits.timeout);
        match self.pre.instantiate_async(&mut store).await {
            Ok(_) => Ok(()),
            Err(error) => Err(self.failure(&store, &error, self.limits.timeout)),
        }
    }

    /// Calls one function in a fresh instance of the whole graph, then delivers its telemetry.
    pub async fn invoke(&self, callable: &Callable, params: &[Val]) -> Outcome {
        let id = STARTED.fetch_add(1, Relaxed);
        let Ok(_permit) = self.permits.try_acquire() else {
            let limit = self.limits.concurrency.get();
            return Outcome::refused(id, Failure::Overloaded(limit));
        };
        let begun = Instant::now();
        let deadline = begun + self.limits.timeout;
        let mut store = self.store(deadline);
        let mut times = Times::default();
        let call = self.call(&mut store, callable, params, begun, &mut times);
        // Waits inside host functions are cut here; code that runs is cut by the epoch.
        let called = timeout_at(deadline.into(), call).await;
        let (instance, value) = match called {
            Ok(Ok(returned)) => returned,
            Ok(Err(error)) => {
                let failure = self.failure(&store, &error, self.limits.timeout);
                return Outcome::failed(id, failure, self.undelivered(&store), times);
            }
            Err(_) => {
                let failure = Failure::Timeout(self.limits.timeout);
                return Outcome::failed(id, failure, self.undelivered(&store), times);
            }
        };
        let delivery = self.deliver(&mut store, &instance, &mut times).await;
        let first = store.data().witnesses.first();
        times.before_send =
            first.map_or(Duration::ZERO, |first| first.saturating_duration_since(begun));
        Outcome { id, result: Ok(value), delivery, times }
    }

    async fn call(
        &self,
        store: &mut Store<State>,
        callable: &Callable,
        params: &[Val],
        begun: Instant,
        times: &mut Times,
    ) -> wasmtime::Result<(Instance, Option<Val>)> {
        let instance = self.pre.instantiate_async(&mut *store).await?;
        times.instantiate = begun.elapsed();
        let function = instance
            .get_func(&mut *store, callable.index)
            .ok_or_else(|| wasmtime::format_err!("the composition lost a function"))?;
        let mut results = vec![Val::Bool(false); usize::from(callable.result.is_some())];
        function.call_async(&mut *store, params, &mut results).await?;
        times.call = begun.elapsed().saturating_sub(times.instantiate);
        Ok((instance, results.pop()))
    }

    /// A trap closes the whole store, so buffered records can no longer be asked for.
    fn undelivered(&self, store: &Store<State>) -> Delivery {
        let witnesses = &store.data().witnesses;
        if self.flushes.is_empty() && witnesses.others.calls() == 0 {
            return Delivery::default();
        }
        let reason = "the invocation ended before its records were delivered";
        Delivery::default().cut_short(witnesses, reason.to_owned())
    }

    async fn deliver(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
        times: &mut Times,
    ) -> Delivery {
        let begun = Instant::now();
        let limit = self.limits.delivery;
        store.data_mut().budget.forget_refusal();
        let (delivery, cut) = self.flushes.run(store, instance, limit).await;
        let witnesses = store.data().witnesses.clone();
        times.deliver = begun.elapsed();
        times.send = witnesses.time();
        let reason = match cut {
            None => return delivery,
            Some(Cut::Failed(error)) => {
                format!("delivery failed: {}", self.failure(store, &error, limit))
            }
            Some(Cut::Late) => format!("delivery took longer than {limit:?}"),
        };
        delivery.cut_short(&witnesses, reason)
    }

    fn failure(&self, store: &Store<State>, error: &wasmtime::Error, limit: Duration) -> Failure {
        Failure::of(error, &store.data().budget, limit)
    }

    fn store(&self, deadline: Instant) -> Store<State> {
        let state = State::new(self.limits.memory, deadline);
        let mut store = Store::new(self.pre.engine(), state);
        store.limiter(|state| &mut state.budget);
        // A guest can say the same bytes many times; the host must not hold more of them than the
        // guest could.
        let host = self.limits.memory.max(LEAST_HOST_MEMORY);
        store.set_hostcall_fuel(usize::try_from(host).unwrap_or(usize::MAX));
        store.epoch_deadline_callback(|context| {
            if Instant::now() >= context.data().deadline {
                Ok(UpdateDeadline::Interrupt)
            } else {
                Ok(UpdateDeadline::Yield(1))
            }
        });
        store.set_epoch_deadline(1);
        store
    }
}
