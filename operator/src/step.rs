//! How far one reconcile is, so that one that took too long can say where it was.

use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use crate::reason::Word;
use crate::refusal::{Refusal, Stage};

/// The step that is at work.
#[derive(Debug, Default)]
pub(crate) struct Step(AtomicU8);

impl Step {
    pub(crate) fn begin(&self, stage: Stage) {
        let number = match stage {
            Stage::Accepted => 0,
            Stage::Resolved => 1,
            Stage::Composed => 2,
            Stage::Available => 3,
        };
        self.0.store(number, Ordering::Relaxed);
    }

    /// What is said when the time is over.
    pub(crate) fn too_slow(&self, deadline: Duration) -> Refusal {
        let (stage, doing) = match self.0.load(Ordering::Relaxed) {
            0 | 1 => (Stage::Resolved, "bringing the artifacts"),
            2 => (Stage::Composed, "checking the links"),
            _ => (Stage::Available, "writing the objects of the graph"),
        };
        let message = format!("{doing} took longer than {} s", deadline.as_secs_f64());
        Refusal { passing: true, ..Refusal::new(stage, Word::DeadlineExceeded, message) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_step_that_was_at_work_is_told() {
        let step = Step::default();
        for stage in [Stage::Resolved, Stage::Composed, Stage::Available] {
            step.begin(stage);
            let refusal = step.too_slow(Duration::from_secs(120));
            assert_eq!((refusal.stage, refusal.passing), (stage, true));
            assert!(refusal.message.ends_with(" took longer than 120 s"), "{}", refusal.message);
        }
    }
}
