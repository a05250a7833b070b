//! What became of the records: sends a batch, reads the verdict, counts. Knows nothing of what the
//! records are.

use crate::batch::Batch;

/// Counts since the last report.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) created: u64,
    pub(crate) acknowledged: u64,
    pub(crate) rejected: u64,
    pub(crate) failed: u64,
    pub(crate) last_error: Option<String>,
}

impl Tally {
    /// Sends a batch and counts its records. A batch that is too large is halved until it fits or
    /// a single record is left, so that one large record does not take others with it.
    pub(crate) fn deliver(&mut self, batch: Batch, send: &impl Fn(&[u8]) -> Result<(), String>) {
        let records = batch.len() as u64;
        if records == 0 {
            return;
        }
        match send(&batch.encode()) {
            Ok(()) => self.acknowledged += records,
            Err(error) if is(&error, "too_large") && records > 1 => {
                let (first, second) = batch.split();
                self.deliver(first, send);
                self.deliver(second, send);
            }
            Err(error) => {
                match rejected(&error) {
                    Some(rejected) => {
                        let rejected = rejected.min(records);
                        self.rejected += rejected;
                        self.acknowledged += records - rejected;
                    }
                    None => self.failed += records,
                }
                self.last_error = Some(error);
            }
        }
    }

    /// Counts a record that cannot even be held back.
    pub(crate) fn fail(&mut self, error: &str) {
        self.created += 1;
        self.failed += 1;
        self.last_error = Some(error.to_owned());
    }
}

fn is(error: &str, code: &str) -> bool {
    error.strip_prefix(code).is_some_and(|rest| rest.starts_with(':'))
}

/// How many records a partial success has cost; none if the error is another one.
fn rejected(error: &str) -> Option<u64> {
    let rest = error.strip_prefix("partial_success:")?.trim_start().strip_prefix("rejected=")?;
    let end = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
    rest.get(..end)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::{Encoded, Origin};
    use crate::otlp::{LogRecord, Resource, Scope};
    use std::cell::RefCell;

    fn batch(sizes: &[usize]) -> Batch {
        let mut batch = Batch::default();
        let resource = (Resource::default(), String::new());
        let origin = Origin::new(&resource, &(Scope::default(), String::new()));
        for size in sizes {
            let record = LogRecord { event_name: "x".repeat(*size), ..LogRecord::default() };
            batch.push(origin.clone(), &Encoded::of(&record));
        }
        batch
    }

    fn after(records: usize, answer: &Result<(), String>) -> (u64, u64, u64, Option<String>) {
        let mut tally = Tally::default();
        tally.deliver(batch(&vec![1; records]), &|_| answer.clone());
        (tally.acknowledged, tally.rejected, tally.failed, tally.last_error)
    }

    #[test]
    fn verdicts() {
        let error = |text: &str| Err(text.to_owned());
        let said = |text: &str| Some(text.to_owned());
        assert_eq!(after(3, &Ok(())), (3, 0, 0, None));
        assert_eq!(after(3, &error("UNAVAILABLE: x")), (0, 0, 3, said("UNAVAILABLE: x")));
        for text in ["partial_success: rejected=2; bad", "partial_success: rejected=2 of 3; bad"] {
            assert_eq!(after(3, &error(text)), (1, 2, 0, said(text)));
        }
        let text = "partial_success: rejected=9; bad";
        assert_eq!(after(3, &error(text)), (0, 3, 0, said(text)));
        let text = "partial_success: some";
        assert_eq!(after(3, &error(text)), (0, 0, 3, said(text)));
        let text = "too_large_indeed";
        assert_eq!(after(3, &error(text)), (0, 0, 3, said(text)));
    }

    #[test]
    fn an_empty_batch_is_not_sent() {
        Tally::default().deliver(batch(&[]), &|_| panic!("sent"));
    }

    #[test]
    fn one_large_record_fails_alone() {
        let sent = RefCell::new(0);
        let mut tally = Tally::default();
        tally.deliver(batch(&[1, 1, 500, 1, 1]), &|data| {
            if data.len() > 100 {
                return Err("too_large: more than 100".to_owned());
            }
            *sent.borrow_mut() += 1;
            Ok(())
        });
        assert_eq!((tally.acknowledged, tally.rejected, tally.failed), (4, 0, 1));
        assert_eq!(tally.last_error.as_deref(), Some("too_large: more than 100"));
        assert_eq!(sent.into_inner(), 2);
    }
}
