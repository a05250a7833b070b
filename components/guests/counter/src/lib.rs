//! Fixture: counts calls in a static, so that a test sees whether an instance is fresh (1) or was
//! used before (more). It imports nothing.

mod bindings;

use bindings::exports::fixture::counter::counter::Guest;
use std::sync::atomic::{AtomicU64, Ordering};

static CALLS: AtomicU64 = AtomicU64::new(0);

struct Counter;

impl Guest for Counter {
    fn increment() -> u64 {
        CALLS.fetch_add(1, Ordering::Relaxed) + 1
    }
}
