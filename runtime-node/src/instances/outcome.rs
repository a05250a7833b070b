//! What came of one invocation: value or failure, the fate of its records, and where the time
//! went. It does not judge.

use std::time::Duration;

use wasmtime::component::Val;

use super::delivery::Delivery;
use super::failure::Failure;

/// The end of one invocation.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Number of the invocation, unique in this process; what logs and answers refer to.
    pub id: u64,
    /// The returned value, `None` for a function without result.
    pub result: Result<Option<Val>, Failure>,
    pub delivery: Delivery,
    pub times: Times,
}

/// Where the wall clock of an invocation went: one part after the other, and across them how long
/// it took to the first send, and how long all sends took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Times {
    pub instantiate: Duration,
    pub call: Duration,
    pub deliver: Duration,
    /// From the beginning until the first send began; nothing if there was none.
    pub before_send: Duration,
    /// Spent waiting for the collector.
    pub send: Duration,
}

impl Outcome {
    pub(super) fn refused(id: u64, failure: Failure) -> Self {
        let (delivery, times) = (Delivery::default(), Times::default());
        Self { id, result: Err(failure), delivery, times }
    }

    pub(super) fn failed(id: u64, failure: Failure, delivery: Delivery, times: Times) -> Self {
        Self { id, result: Err(failure), delivery, times }
    }

    /// Whether the function returned the `err` case of a result.
    pub fn returned_err(&self) -> bool {
        matches!(&self.result, Ok(Some(Val::Result(Err(_)))))
    }
}

impl std::ops::AddAssign for Times {
    fn add_assign(&mut self, other: Self) {
        self.instantiate += other.instantiate;
        self.call += other.call;
        self.deliver += other.deliver;
        self.before_send += other.before_send;
        self.send += other.send;
    }
}
