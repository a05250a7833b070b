//! For how long something has been as it is, by the own clock alone. What it is, is not known here.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The version that was seen last, and when it was seen first.
#[derive(Debug, Default)]
pub(super) struct Unchanged(Mutex<Option<(String, Instant)>>);

impl Unchanged {
    /// How long this process has seen this very version.
    pub(super) fn since(&self, version: &str) -> Duration {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*seen {
            Some((known, since)) if known == version => since.elapsed(),
            _ => {
                *seen = Some((version.to_owned(), Instant::now()));
                Duration::ZERO
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_version_begins_anew() {
        let unchanged = Unchanged::default();
        assert_eq!(unchanged.since("1"), Duration::ZERO);
        std::thread::sleep(Duration::from_millis(20));
        assert!(unchanged.since("1") >= Duration::from_millis(20));
        assert_eq!(unchanged.since("2"), Duration::ZERO);
    }
}
