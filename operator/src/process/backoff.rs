//! When a graph is tried again: longer after each failure, never in step with others.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(300);
/// A graph without events is looked at again after about this long.
const RESYNC: Duration = Duration::from_secs(20 * 60);

/// Failures by uid, each of one generation: somebody who changes a graph need not wait for what was
/// wrong with the one before.
#[derive(Debug, Default)]
pub struct Backoff {
    failures: Mutex<HashMap<String, (i64, u32)>>,
    dice: RandomState,
}

impl Backoff {
    /// Counts a failure, and says how long to wait.
    pub fn failed(&self, uid: &str, generation: i64) -> Duration {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let (of, count) = failures.entry(uid.to_owned()).or_default();
        if *of != generation {
            (*of, *count) = (generation, 0);
        }
        let wait = FIRST.saturating_mul(1 << (*count).min(16)).min(LONGEST);
        *count = count.saturating_add(1);
        spread(wait, self.dice.hash_one((uid, *count)))
    }

    /// A graph that is gone fails no more.
    pub fn forget(&self, uid: &str) {
        self.succeeded(uid);
    }

    pub fn succeeded(&self, uid: &str) {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).remove(uid);
    }
}

/// The time until a healthy graph is looked at again; another for each.
pub fn resync(uid: &str) -> Duration {
    spread(RESYNC, RandomState::new().hash_one(uid))
}

/// Up to a fifth less or more.
fn spread(wait: Duration, dice: u64) -> Duration {
    let share =
        0.8 + 0.4 * f64::from(u32::try_from(dice & 0xffff_ffff).unwrap_or(0)) / f64::from(u32::MAX);
    wait.mul_f64(share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_waits_longer_and_success_forgets() {
        let backoff = Backoff::default();
        let waits: Vec<_> = (0..12).map(|_| backoff.failed("a", 1).as_secs_f64()).collect();
        assert!((0.8..=1.2).contains(&waits[0]), "{waits:?}");
        assert!((6.4..=9.6).contains(&waits[3]), "{waits:?}");
        assert!(waits.iter().all(|wait| *wait <= 360.0), "{waits:?}");
        assert!((0.8..=1.2).contains(&backoff.failed("b", 1).as_secs_f64()));
        assert!((0.8..=1.2).contains(&backoff.failed("a", 2).as_secs_f64()));
        assert!((1.6..=2.4).contains(&backoff.failed("a", 2).as_secs_f64()));
        backoff.succeeded("a");
        assert!((0.8..=1.2).contains(&backoff.failed("a", 2).as_secs_f64()));
    }
}
