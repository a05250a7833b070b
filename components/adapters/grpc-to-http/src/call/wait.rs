//! Waiting with a deadline. Knows nothing of what is waited for.

use std::time::Duration;

use crate::bindings::monotonic_clock;
use crate::bindings::poll::{Pollable, poll};
use crate::failure::Failure;
use crate::status::Code;

/// When the whole call must be over.
#[derive(Clone, Copy)]
pub(crate) struct Deadline {
    instant: u64,
    timeout: Duration,
}

impl Deadline {
    pub(crate) fn after(timeout: Duration) -> Self {
        let nanoseconds = nanoseconds(timeout);
        Self { instant: monotonic_clock::now().saturating_add(nanoseconds), timeout }
    }

    /// Waits until this is ready.
    pub(crate) fn wait(self, event: &Pollable) -> Result<(), Failure> {
        if event.ready() {
            return Ok(());
        }
        let alarm = monotonic_clock::subscribe_instant(self.instant);
        // The event comes first in the list, so it wins if both are ready.
        if poll(&[event, &alarm]).first() == Some(&0) {
            return Ok(());
        }
        Err(self.missed())
    }

    /// An error once the time is over; for loops that never have to wait.
    pub(crate) fn check(self) -> Result<(), Failure> {
        if monotonic_clock::now() < self.instant { Ok(()) } else { Err(self.missed()) }
    }

    fn missed(self) -> Failure {
        Failure::new(
            Code::DeadlineExceeded,
            format!("no complete answer within {:?}", self.timeout),
        )
    }
}

/// As `wasi:clocks` counts.
pub(crate) fn nanoseconds(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}
