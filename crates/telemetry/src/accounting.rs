//! What became of each record, counted per destination and signal. It knows nothing of when or how
//! records are sent.

use std::collections::BTreeMap;
use std::iter::Sum;
use std::ops::{Add, AddAssign};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, PoisonError, RwLock};

use serde::Serialize;

use crate::channel::{Reply, SendError};
use crate::signal::Signal;

/// Numbers of records. Once nothing is on its way,
/// `created = acknowledged + rejected + failed + unverified`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Records that a component made.
    pub created: u64,
    /// Records whose destination said that it has them.
    pub acknowledged: u64,
    /// Records that the destination refused in a partial success.
    pub rejected: u64,
    /// Records that were sent, or should have been, without an acknowledgement.
    pub failed: u64,
    /// Records of which nobody can say what became of them.
    pub unverified: u64,
}

impl Counts {
    /// What the outcome of one export means for the `records` in it. `created` stays 0: the
    /// records were counted when they were made.
    pub fn of_send(records: u64, outcome: &Result<Reply, SendError>) -> Self {
        let none = Self::default();
        match outcome {
            Ok(_) => Self { acknowledged: records, ..none },
            Err(SendError::PartialSuccess { rejected, .. }) => {
                let rejected = records.min(*rejected);
                Self { rejected, acknowledged: records - rejected, ..none }
            }
            Err(_) => Self { failed: records, ..none },
        }
    }

    /// Records that are known not to have arrived.
    pub fn lost(&self) -> u64 {
        self.rejected.saturating_add(self.failed)
    }
}

impl Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            created: self.created.saturating_add(other.created),
            acknowledged: self.acknowledged.saturating_add(other.acknowledged),
            rejected: self.rejected.saturating_add(other.rejected),
            failed: self.failed.saturating_add(other.failed),
            unverified: self.unverified.saturating_add(other.unverified),
        }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), Add::add)
    }
}

/// Running counts of one destination and signal, shared by all who send there.
#[derive(Debug, Default)]
pub struct Counters {
    created: AtomicU64,
    acknowledged: AtomicU64,
    rejected: AtomicU64,
    failed: AtomicU64,
    unverified: AtomicU64,
}

impl Counters {
    pub fn add(&self, counts: Counts) {
        self.created.fetch_add(counts.created, Relaxed);
        self.acknowledged.fetch_add(counts.acknowledged, Relaxed);
        self.rejected.fetch_add(counts.rejected, Relaxed);
        self.failed.fetch_add(counts.failed, Relaxed);
        self.unverified.fetch_add(counts.unverified, Relaxed);
    }

    pub fn counts(&self) -> Counts {
        Counts {
            created: self.created.load(Relaxed),
            acknowledged: self.acknowledged.load(Relaxed),
            rejected: self.rejected.load(Relaxed),
            failed: self.failed.load(Relaxed),
            unverified: self.unverified.load(Relaxed),
        }
    }
}

/// The counters of a whole process.
#[derive(Debug, Default)]
pub struct Accounting {
    rows: RwLock<BTreeMap<(String, Signal), Arc<Counters>>>,
}

/// The counts of one destination and signal at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    pub destination: String,
    pub signal: Signal,
    #[serde(flatten)]
    pub counts: Counts,
}

impl Accounting {
    pub fn new() -> Self {
        Self::default()
    }

    /// The counters to keep and add to; the same ones for the same destination and signal.
    pub fn counters(&self, destination: &str, signal: Signal) -> Arc<Counters> {
        let mut rows = self.rows.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(rows.entry((destination.to_owned(), signal)).or_default())
    }

    /// All rows, ordered by destination and signal.
    pub fn rows(&self) -> Vec<Row> {
        let rows = self.rows.read().unwrap_or_else(PoisonError::into_inner);
        rows.iter()
            .map(|((destination, signal), counters)| Row {
                destination: destination.clone(),
                signal: *signal,
                counts: counters.counts(),
            })
            .collect()
    }

    pub fn total(&self) -> Counts {
        self.rows().into_iter().map(|row| row.counts).sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::channel::Code;

    fn outcome() -> impl Strategy<Value = Result<Reply, SendError>> {
        prop_oneof![
            Just(Ok(Reply::default())),
            Just(Err(SendError::Status { code: Code::Unavailable, message: String::new() })),
            any::<u64>().prop_map(|rejected| {
                Err(SendError::PartialSuccess { rejected, message: String::new() })
            }),
        ]
    }

    proptest! {
        #[test]
        fn every_record_is_accounted_for_once(sends in prop::collection::vec((0..1_000_000u64, outcome()), 0..20)) {
            let accounting = Accounting::new();
            for (at, (records, outcome)) in sends.iter().enumerate() {
                let counters = accounting.counters(["a", "b"][at % 2], Signal::ALL[at % 3]);
                counters.add(Counts { created: *records, ..Counts::default() });
                counters.add(Counts::of_send(*records, outcome));
            }
            let total = accounting.total();
            prop_assert_eq!(total.created, sends.iter().map(|send| send.0).sum::<u64>());
            prop_assert_eq!(total.created, total.acknowledged + total.lost() + total.unverified);
        }
    }

    #[test]
    fn rows_are_per_destination_and_signal() {
        let accounting = Accounting::new();
        accounting.counters("b", Signal::Logs).add(Counts { created: 1, ..Counts::default() });
        accounting.counters("a", Signal::Traces).add(Counts { failed: 2, ..Counts::default() });
        accounting.counters("b", Signal::Logs).add(Counts { created: 3, ..Counts::default() });
        expect_test::expect![[r#"[{"destination":"a","signal":"traces","created":0,"acknowledged":0,"rejected":0,"failed":2,"unverified":0},{"destination":"b","signal":"logs","created":4,"acknowledged":0,"rejected":0,"failed":0,"unverified":0}]"#]]
            .assert_eq(&serde_json::to_string(&accounting.rows()).unwrap());
    }
}
