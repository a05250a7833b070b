//! The conditions of a graph, each with one stable word, and the one line that sums them up.

use graph::{Condition, ConditionStatus, Status};

use super::{Facts, Rollout, Trouble};
use crate::reason::{Reason, Word};
use crate::refusal::{Refusal, Stage};

use ConditionStatus::{False, True, Unknown};

/// One condition before its time is known.
struct Said {
    kind: &'static str,
    status: ConditionStatus,
    reason: Reason,
    message: String,
}

fn said(
    kind: &'static str,
    status: ConditionStatus,
    reason: impl Into<Reason>,
    message: &str,
) -> Said {
    Said { kind, status, reason: reason.into(), message: message.to_owned() }
}

pub(super) fn conditions(old: Option<&Status>, facts: &Facts<'_>, now: &str) -> Vec<Condition> {
    let mut all = steps(facts);
    all.push(available(facts));
    all.push(ready(&all, facts));
    all.push(reconciling(facts));
    all.push(stalled(facts));
    all.into_iter().map(|said| said.dated(old, facts.generation, now)).collect()
}

impl Said {
    /// The time of a condition is when its status turned, and nothing else.
    fn dated(self, old: Option<&Status>, generation: i64, now: &str) -> Condition {
        let before = old.and_then(|old| old.condition(self.kind));
        let since = before.filter(|before| before.status == self.status);
        Condition {
            kind: self.kind.to_owned(),
            status: self.status,
            reason: self.reason.to_string(),
            message: self.message.chars().take(Condition::MESSAGE).collect(),
            observed_generation: generation,
            last_transition_time: since.map_or(now, |s| &s.last_transition_time).to_owned(),
        }
    }
}

/// The steps before anything is rolled out. What follows a refused step is not known.
fn steps(facts: &Facts<'_>) -> Vec<Said> {
    let refusal = facts.refusal.as_ref();
    let steps = [
        (Stage::Accepted, Word::Accepted, "the manifest has no problems"),
        (Stage::Resolved, Word::Resolved, "every component has its artifact"),
        (Stage::Composed, Word::Composed, "every link and grant is settled"),
    ];
    let steps = steps.into_iter().map(|(stage, word, good)| (stage, word.as_str(), word, good));
    let steps = steps.map(|(stage, kind, word, good)| match refusal {
        Some(refusal) if refusal.stage == stage => {
            said(kind, False, refusal.reason, &refusal.message)
        }
        Some(Refusal { stage: Stage::Accepted, reason, .. })
            if stage > Stage::Accepted && *reason != Reason::Own(Word::NameConflict) =>
        {
            said(kind, Unknown, Word::NotAccepted, "the manifest has problems")
        }
        Some(Refusal { stage: Stage::Resolved, .. }) if stage > Stage::Resolved => {
            said(kind, Unknown, Word::NotResolved, "not every component has its artifact")
        }
        _ => said(kind, True, word, good),
    });
    steps.collect()
}

fn available(facts: &Facts<'_>) -> Said {
    let kind = "Available";
    let refused = facts.refusal.as_ref().filter(|refusal| refusal.stage == Stage::Available);
    match &facts.rollout {
        Some(rollout) if rollout.wanted == 0 => {
            said(kind, True, Word::ScaledToZero, "no pods are wanted")
        }
        Some(rollout) if rollout.is_available() => said(kind, True, Word::Serving, "pods serve"),
        _ => match (refused, facts.troubles.first(), &facts.rollout) {
            (Some(refusal), ..) => said(kind, False, refusal.reason, &refusal.message),
            (None, Some(trouble), _) => said(kind, False, trouble.reason, &trouble.message),
            (None, None, Some(_)) => said(kind, False, Word::Starting, "pods are starting"),
            (None, None, None) => said(kind, False, Word::NoPods, "there are no pods"),
        },
    }
}

/// True only when all of the newest generation serves.
fn ready(others: &[Said], facts: &Facts<'_>) -> Said {
    let kind = "Ready";
    if let Some(bad) = others.iter().find(|said| said.status != True) {
        return said(kind, False, bad.reason, &bad.message);
    }
    // Old pods serve, and what was to replace them has problems.
    if let Some(refusal) = &facts.refusal {
        return said(kind, False, refusal.reason, &refusal.message);
    }
    let rollout = facts.rollout.as_ref().filter(|rollout| !rollout.is_done());
    match (rollout, facts.troubles.first()) {
        (Some(Rollout { stuck: Some(stuck), .. }), None) => {
            said(kind, False, Word::RolloutStuck, stuck)
        }
        (None, _) => said(kind, True, Word::Ready, "the newest generation serves"),
        (Some(_), Some(Trouble { reason, message, .. })) => said(kind, False, *reason, message),
        (Some(rollout), None) => said(kind, False, Word::RollingOut, &progress(rollout)),
    }
}

fn progress(rollout: &Rollout) -> String {
    let Rollout { updated, wanted, available, replicas, .. } = rollout;
    let old = replicas.saturating_sub(*updated);
    format!("{updated} of {wanted} pods are new, {available} serve, {old} old ones are left")
}

fn reconciling(facts: &Facts<'_>) -> Said {
    let kind = "Reconciling";
    match &facts.refusal {
        Some(refusal) if refusal.passing => said(kind, True, Word::Retrying, "it is tried again"),
        Some(_) => said(kind, False, Word::Done, "waiting for a changed manifest"),
        None => match facts.rollout.as_ref().filter(|rollout| !rollout.is_done()) {
            Some(_) if is_stalled(facts) => said(kind, False, Word::Done, "the rollout is stuck"),
            Some(rollout) => said(kind, True, Word::RollingOut, &progress(rollout)),
            None => said(kind, False, Word::Done, "nothing is left to do"),
        },
    }
}

fn stalled(facts: &Facts<'_>) -> Said {
    let kind = "Stalled";
    match &facts.refusal {
        Some(refusal) if !refusal.passing => said(kind, True, refusal.reason, &refusal.message),
        _ if !is_stalled(facts) => said(kind, False, Word::NotStalled, "nobody is waited for"),
        _ => match (facts.troubles.first(), &facts.rollout) {
            (Some(trouble), _) => said(kind, True, trouble.reason, &trouble.message),
            (None, rollout) => {
                let stuck = rollout.as_ref().and_then(|rollout| rollout.stuck.as_deref());
                said(kind, True, Word::RolloutStuck, stuck.unwrap_or_default())
            }
        },
    }
}

fn is_stalled(facts: &Facts<'_>) -> bool {
    let unfinished = facts.rollout.as_ref().filter(|rollout| !rollout.is_done());
    unfinished.is_some_and(|rollout| {
        rollout.stuck.is_some() || facts.troubles.iter().any(|trouble| trouble.lasting)
    })
}

/// What is wrong first, or that all is well.
pub(super) fn summary(status: &Status) -> String {
    let ready = status.condition("Ready");
    let text = match ready {
        Some(ready) if ready.status == True => format!("{} pods serve", status.pods),
        Some(ready) => {
            let serving = status.condition("Available").is_some_and(|a| a.status == True);
            let old = if serving { "old pods serve; " } else { "" };
            let line = ready.message.lines().next().unwrap_or_default();
            match ready.reason.as_str() {
                reason if reason == Word::RollingOut.as_str() => format!("rolling out: {line}"),
                reason => format!("{old}{reason}: {line}"),
            }
        }
        None => String::new(),
    };
    if text.chars().count() <= Status::SUMMARY {
        return text;
    }
    text.chars().take(Status::SUMMARY - 1).chain(['…']).collect()
}
