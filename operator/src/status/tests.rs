//! Conditions across the life of a graph.

mod pods;

use std::fmt::Write;

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::*;
use crate::reason::{Reason, Word};
use crate::refusal::Stage;

const T1: &str = "2026-01-01T00:00:01Z";
const T2: &str = "2026-01-01T00:00:02Z";

fn facts() -> Facts<'static> {
    Facts {
        name: "a",
        namespace: "shop",
        generation: 1,
        refusal: None,
        rolled: Some(Rolled {
            revision: "a-1".to_owned(),
            composition: "sha256:c".to_owned(),
            image: "node:1".to_owned(),
            wiring: Some(Wiring::default()),
        }),
        rollout: None,
        troubles: Vec::new(),
        has_routes: true,
        components_total: Some(2),
        revisions: Vec::new(),
    }
}

fn refused(stage: Stage, code: &'static str, message: &str) -> Facts<'static> {
    Facts {
        refusal: Some(Refusal::new(stage, Reason::Problem(code), message)),
        rolled: None,
        ..facts()
    }
}

fn deployment(status: Value) -> Option<Rollout> {
    Some(Rollout::of(&json!({"spec": {"replicas": 2}, "status": status}), 1))
}

fn serving() -> Option<Rollout> {
    deployment(json!({
        "observedGeneration": 1, "replicas": 2, "readyReplicas": 2, "updatedReplicas": 2,
        "availableReplicas": 2, "conditions": [{"type": "Available", "status": "True"}],
    }))
}

/// Old pods serve, and one new pod does not.
fn half() -> Option<Rollout> {
    deployment(json!({
        "observedGeneration": 1, "replicas": 3, "readyReplicas": 2, "updatedReplicas": 1,
        "availableReplicas": 2, "conditions": [{"type": "Available", "status": "True"}],
    }))
}

fn check(facts: &Facts<'_>, expect: Expect) {
    let status = status(None, facts, T1);
    let mut text = format!("{}\n", status.summary);
    for condition in &status.conditions {
        let graph::Condition { kind, status, reason, message, .. } = condition;
        let _ = writeln!(text, "{kind}={status:?} {reason}: {message}");
    }
    expect.assert_eq(&text);
    let given = facts.refusal.as_ref().map(|refusal| refusal.reason.to_string());
    for condition in &status.conditions {
        let is_own = Word::ALL.iter().any(|(word, kinds)| {
            let repeats = matches!(condition.kind.as_str(), "Ready" | "Stalled");
            word.as_str() == condition.reason
                && (repeats || kinds.contains(&condition.kind.as_str()))
        });
        assert!(is_own || Some(&condition.reason) == given.as_ref(), "{condition:?}");
    }
}

#[test]
fn from_nothing_to_ready() {
    check(
        &facts(),
        expect![[r#"
        NoPods: there are no pods
        Accepted=True Accepted: the manifest has no problems
        Resolved=True Resolved: every component has its artifact
        Composed=True Composed: every link and grant is settled
        Available=False NoPods: there are no pods
        Ready=False NoPods: there are no pods
        Reconciling=False Done: nothing is left to do
        Stalled=False NotStalled: nobody is waited for
    "#]],
    );
    let starting = Facts { rollout: deployment(json!({"observedGeneration": 1})), ..facts() };
    check(
        &starting,
        expect![[r#"
        Starting: pods are starting
        Accepted=True Accepted: the manifest has no problems
        Resolved=True Resolved: every component has its artifact
        Composed=True Composed: every link and grant is settled
        Available=False Starting: pods are starting
        Ready=False Starting: pods are starting
        Reconciling=True RollingOut: 0 of 2 pods are new, 0 serve, 0 old ones are left
        Stalled=False NotStalled: nobody is waited for
    "#]],
    );
    check(
        &Facts { rollout: serving(), ..facts() },
        expect![[r#"
        2/2 pods serve
        Accepted=True Accepted: the manifest has no problems
        Resolved=True Resolved: every component has its artifact
        Composed=True Composed: every link and grant is settled
        Available=True Serving: pods serve
        Ready=True Ready: the newest generation serves
        Reconciling=False Done: nothing is left to do
        Stalled=False NotStalled: nobody is waited for
    "#]],
    );
}

#[test]
fn refused_before_anything_ran() {
    check(
        &refused(Stage::Accepted, "unknown-import", "spec: no such thing"),
        expect![[r#"
        UnknownImport: spec: no such thing
        Accepted=False UnknownImport: spec: no such thing
        Resolved=Unknown NotAccepted: the manifest has problems
        Composed=Unknown NotAccepted: the manifest has problems
        Available=False NoPods: there are no pods
        Ready=False UnknownImport: spec: no such thing
        Reconciling=False Done: waiting for a changed manifest
        Stalled=True UnknownImport: spec: no such thing
    "#]],
    );
    let fetch = refused(Stage::Resolved, "fetch-failed", "spec: no answer");
    let passing = fetch.refusal.clone().map(|refusal| Refusal { passing: true, ..refusal });
    check(
        &Facts { refusal: passing, ..fetch },
        expect![[r#"
        FetchFailed: spec: no answer
        Accepted=True Accepted: the manifest has no problems
        Resolved=False FetchFailed: spec: no answer
        Composed=Unknown NotResolved: not every component has its artifact
        Available=False NoPods: there are no pods
        Ready=False FetchFailed: spec: no answer
        Reconciling=True Retrying: it is tried again
        Stalled=False NotStalled: nobody is waited for
    "#]],
    );
    check(
        &refused(Stage::Composed, "missing-import", "a: nobody has it\nb: nor this"),
        expect![[r#"
        MissingImport: a: nobody has it
        Accepted=True Accepted: the manifest has no problems
        Resolved=True Resolved: every component has its artifact
        Composed=False MissingImport: a: nobody has it
        b: nor this
        Available=False NoPods: there are no pods
        Ready=False MissingImport: a: nobody has it
        b: nor this
        Reconciling=False Done: waiting for a changed manifest
        Stalled=True MissingImport: a: nobody has it
        b: nor this
    "#]],
    );
}

#[test]
fn refused_while_the_old_one_serves() {
    let bad = refused(Stage::Composed, "missing-import", "a: nobody has it");
    check(
        &Facts { rollout: serving(), ..bad },
        expect![[r#"
        old pods serve; MissingImport: a: nobody has it
        Accepted=True Accepted: the manifest has no problems
        Resolved=True Resolved: every component has its artifact
        Composed=False MissingImport: a: nobody has it
        Available=True Serving: pods serve
        Ready=False MissingImport: a: nobody has it
        Reconciling=False Done: waiting for a changed manifest
        Stalled=True MissingImport: a: nobody has it
    "#]],
    );
}

#[test]
fn rolling_out() {
    check(
        &Facts { rollout: half(), ..facts() },
        expect![[r#"
        rolling out: 1 of 2 pods are new, 2 serve, 2 old ones are left
        Accepted=True Accepted: the manifest has no problems
        Resolved=True Resolved: every component has its artifact
        Composed=True Composed: every link and grant is settled
        Available=True Serving: pods serve
        Ready=False RollingOut: 1 of 2 pods are new, 2 serve, 2 old ones are left
        Reconciling=True RollingOut: 1 of 2 pods are new, 2 serve, 2 old ones are left
        Stalled=False NotStalled: nobody is waited for
    "#]],
    );
    let stuck = half().map(|half| Rollout { stuck: Some("no progress".to_owned()), ..half });
    check(
        &Facts { rollout: stuck, ..facts() },
        expect![[r#"
            old pods serve; RolloutStuck: no progress
            Accepted=True Accepted: the manifest has no problems
            Resolved=True Resolved: every component has its artifact
            Composed=True Composed: every link and grant is settled
            Available=True Serving: pods serve
            Ready=False RolloutStuck: no progress
            Reconciling=False Done: the rollout is stuck
            Stalled=True RolloutStuck: no progress
        "#]],
    );
    let none = Some(Rollout { observed: true, ..Rollout::default() });
    check(
        &Facts { rollout: none, ..facts() },
        expect![[r#"
        0/0 pods serve
        Accepted=True Accepted: the manifest has no problems
        Resolved=True Resolved: every component has its artifact
        Composed=True Composed: every link and grant is settled
        Available=True ScaledToZero: no pods are wanted
        Ready=True Ready: the newest generation serves
        Reconciling=False Done: nothing is left to do
        Stalled=False NotStalled: nobody is waited for
    "#]],
    );
}

#[test]
fn times_change_when_a_status_turns_and_nothing_changes_twice() {
    let first = status(None, &facts(), T1);
    let ready = Facts { rollout: serving(), ..facts() };
    let second = status(Some(&first), &ready, T2);
    let time = |status: &Status, kind| status.condition(kind).unwrap().last_transition_time.clone();
    assert_eq!((time(&second, "Accepted").as_str(), time(&second, "Ready").as_str()), (T1, T2));
    assert_eq!(status(Some(&second), &ready, "2026-01-01T00:00:03Z"), second);
    let kept = Rolled { wiring: None, ..ready.rolled.clone().unwrap() };
    let same = Facts { rolled: Some(kept), ..ready.clone() };
    assert_eq!(status(Some(&second), &same, "2026-01-01T00:00:03Z"), second);
}

#[test]
fn a_summary_fits_its_column() {
    let long = refused(Stage::Accepted, "long", &"ä".repeat(500));
    let status = status(None, &long, T1);
    assert_eq!(status.summary.chars().count(), Status::SUMMARY);
    assert!(status.summary.ends_with('…'));
}
