//! When a watch that broke is opened again. Sooner than a client's usual half minute: whoever waits
//! for a server to come back waits for the operator on top of it.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use kube::runtime::utils::Backoff;

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(8);

/// Pauses between attempts: twice as long each time, never in step with other watches.
#[derive(Debug)]
pub(crate) struct Rewatch {
    next: Duration,
    dice: RandomState,
}

impl Default for Rewatch {
    fn default() -> Self {
        Self { next: FIRST, dice: RandomState::new() }
    }
}

impl Iterator for Rewatch {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let pause = self.next;
        self.next = pause.saturating_mul(2).min(LONGEST);
        // Up to half as long again.
        let share = self.dice.hash_one(pause) % 512;
        Some(pause + pause.mul_f64(f64::from(u32::try_from(share).unwrap_or(0)) / 1024.0))
    }
}

impl Backoff for Rewatch {
    fn reset(&mut self) {
        self.next = FIRST;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_bound_and_begin_anew() {
        let mut pauses = Rewatch::default();
        let list: Vec<_> = pauses.by_ref().take(8).map(|pause| pause.as_secs_f64()).collect();
        assert!((0.5..=0.75).contains(&list[0]), "{list:?}");
        assert!((2.0..=3.0).contains(&list[2]), "{list:?}");
        assert!(list[5..].iter().all(|pause| (8.0..=12.0).contains(pause)), "{list:?}");
        pauses.reset();
        assert!(pauses.next().unwrap() < Duration::from_secs(1));
    }
}
