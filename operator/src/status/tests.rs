//! Conditions across the life of a graph.

use std::fmt::Write;

use expect_test::{Expect, expect};
use k8s_openapi::api::core::v1::Pod;
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

fn pod(status: Value) -> Pod {
    let value = json!({
        "metadata": {"labels": {"componentgraph.dev/revision": "a-1"}}, "status": status});
    serde_json::from_value(value).unwrap()
}

fn of_pods(rollout: Option<Rollout>, statuses: &[Value]) -> Facts<'static> {
    let pods: Vec<_> = statuses.iter().cloned().map(pod).collect();
    let none = Rollout::default();
    let troubles = troubles(rollout.as_ref().unwrap_or(&none), &pods, "a-1");
    Facts { troubles, rollout, ..facts() }
}

fn container(state: Value) -> Value {
    json!({"containerStatuses": [{"name": "node", "image": "node:1", "imageID": "", "ready": false,
        "restartCount": 4, "state": state}]})
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
fn what_a_node_wrote_before_it_ended() {
    let ended = container(json!({"terminated": {"exitCode": 1, "reason": "Error",
        "message": "error[secret-missing]: component `guest` needs key `token`\n"}}));
    check(
        &of_pods(half(), &[ended]),
        expect![[r#"
        old pods serve; StartFailed: error[secret-missing]: component `guest` needs key `token`
        Accepted=True Accepted: the manifest has no problems
        Resolved=True Resolved: every component has its artifact
        Composed=True Composed: every link and grant is settled
        Available=True Serving: pods serve
        Ready=False StartFailed: error[secret-missing]: component `guest` needs key `token`
        Reconciling=False Done: the rollout is stuck
        Stalled=True StartFailed: error[secret-missing]: component `guest` needs key `token`
    "#]],
    );
    let memory = container(json!({"terminated": {"exitCode": 137, "reason": "OOMKilled"}}));
    check(
        &of_pods(half(), &[memory]),
        expect![[r#"
        old pods serve; OutOfMemory: the node used more memory than its limit; raise `podTemplate.spec.containers[0].resources.limits.memory` or lower `limits`
        Accepted=True Accepted: the manifest has no problems
        Resolved=True Resolved: every component has its artifact
        Composed=True Composed: every link and grant is settled
        Available=True Serving: pods serve
        Ready=False OutOfMemory: the node used more memory than its limit; raise `podTemplate.spec.containers[0].resources.limits.memory` or lower `limits`
        Reconciling=True RollingOut: 1 of 2 pods are new, 2 serve, 2 old ones are left
        Stalled=False NotStalled: nobody is waited for
    "#]],
    );
    let crashed = container(json!({"terminated": {"exitCode": 134, "reason": "Error"}}));
    check(
        &of_pods(deployment(json!({})), &[crashed]),
        expect![[r#"
        NodeCrashed: the node ended with exit code 134 and said nothing
        Accepted=True Accepted: the manifest has no problems
        Resolved=True Resolved: every component has its artifact
        Composed=True Composed: every link and grant is settled
        Available=False NodeCrashed: the node ended with exit code 134 and said nothing
        Ready=False NodeCrashed: the node ended with exit code 134 and said nothing
        Reconciling=True RollingOut: 0 of 2 pods are new, 0 serve, 0 old ones are left
        Stalled=False NotStalled: nobody is waited for
    "#]],
    );
}

#[test]
fn pods_that_do_not_begin() {
    let pull = |message: &str| {
        container(json!({"waiting": {"reason": "ImagePullBackOff", "message": message}}))
    };
    check(
        &of_pods(deployment(json!({})), &[pull("Back-off pulling image")]),
        expect![[r#"
        ImagePullFailed: the image `node:1` cannot be pulled
        Accepted=True Accepted: the manifest has no problems
        Resolved=True Resolved: every component has its artifact
        Composed=True Composed: every link and grant is settled
        Available=False ImagePullFailed: the image `node:1` cannot be pulled
        Ready=False ImagePullFailed: the image `node:1` cannot be pulled
        Reconciling=True RollingOut: 0 of 2 pods are new, 0 serve, 0 old ones are left
        Stalled=False NotStalled: nobody is waited for
    "#]],
    );
    let unscheduled = json!({"conditions": [{"type": "PodScheduled", "status": "False",
        "reason": "Unschedulable", "message": "0/1 nodes are available: 1 Insufficient cpu."}]});
    check(
        &of_pods(deployment(json!({})), &[unscheduled]),
        expect![[r#"
        Unschedulable: 0/1 nodes are available: 1 Insufficient cpu.
        Accepted=True Accepted: the manifest has no problems
        Resolved=True Resolved: every component has its artifact
        Composed=True Composed: every link and grant is settled
        Available=False Unschedulable: 0/1 nodes are available: 1 Insufficient cpu.
        Ready=False Unschedulable: 0/1 nodes are available: 1 Insufficient cpu.
        Reconciling=True RollingOut: 0 of 2 pods are new, 0 serve, 0 old ones are left
        Stalled=False NotStalled: nobody is waited for
    "#]],
    );
    let unmade = |message: &str| {
        let failed = deployment(json!({"conditions": [
            {"type": "ReplicaFailure", "status": "True", "message": message}]}));
        status(None, &of_pods(failed, &[]), T1).summary
    };
    expect!["QuotaExceeded: pods cannot be created: exceeded quota: small, requested: pods=1"]
        .assert_eq(&unmade(
            r#"pods "a-5d8f7-x2x4z" is forbidden: exceeded quota: small, requested: pods=1"#,
        ));
    expect![[
        r#"PodSecurity: pods cannot be created: violates PodSecurity "restricted:latest": hostPath"#
    ]]
    .assert_eq(&unmade(
        r#"pods "a-5d8f7-x2x4z" is forbidden: violates PodSecurity "restricted:latest": hostPath"#,
    ));
    expect!["PodsNotCreated: pods cannot be created: error looking up service account shop/theirs: not found"].assert_eq(&unmade(
        r#"pods "a-5d8f7-" is forbidden: error looking up service account shop/theirs: not found"#,
    ));
}

/// Reason and message of what is wrong with one pod.
fn trouble(status: Value) -> Vec<String> {
    let facts = of_pods(half(), &[status]);
    facts.troubles.iter().map(|t| format!("{}: {}", t.reason.as_str(), t.message)).collect()
}

fn named(list: &str, name: &str, state: Value) -> Value {
    json!({list: [{"name": name, "image": "example/a:1", "imageID": "", "ready": false,
        "restartCount": 0, "state": state}]})
}

#[test]
fn containers_of_the_overlay_have_their_names() {
    let crashed = json!({"terminated": {"exitCode": 3, "reason": "Error", "message": "no key\n"}});
    assert_eq!(
        trouble(named("initContainerStatuses", "prepare", crashed.clone())),
        ["ContainerCrashed: container `prepare`: it ended with exit code 3: no key"]
    );
    assert_eq!(
        trouble(named("containerStatuses", "sidecar", crashed)),
        ["ContainerCrashed: container `sidecar`: it ended with exit code 3: no key"]
    );
    let killed = json!({"terminated": {"exitCode": 137, "reason": "OOMKilled"}});
    assert_eq!(
        trouble(named("containerStatuses", "sidecar", killed)),
        ["OutOfMemory: container `sidecar`: it used more memory than its limit in `podTemplate`"]
    );
    let pull = json!({"waiting": {"reason": "ErrImagePull", "message": "no such tag"}});
    assert_eq!(
        trouble(named("initContainerStatuses", "prepare", pull)),
        [
            "ImagePullFailed: container `prepare`: the image `example/a:1` cannot be pulled: no such tag"
        ]
    );
    let done = json!({"terminated": {"exitCode": 0, "reason": "Completed"}});
    assert_eq!(trouble(named("initContainerStatuses", "prepare", done)), [""; 0]);
}

#[test]
fn pods_that_are_replaced_anyway_say_nothing() {
    let crashed = json!({"terminated": {"exitCode": 134, "reason": "Error"}});
    let mut evicted = named("containerStatuses", "node", crashed.clone());
    evicted["phase"] = json!("Failed");
    evicted["reason"] = json!("Evicted");
    assert_eq!(trouble(evicted), [""; 0]);
    let mut leaving = pod(named("containerStatuses", "node", crashed));
    leaving.metadata.deletion_timestamp =
        serde_json::from_value(json!("2026-01-01T00:00:00Z")).unwrap();
    assert_eq!(troubles(&Rollout::default(), &[leaving], "a-1"), []);
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
