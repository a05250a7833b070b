//! What is wrong with pods, as their status says it.

use k8s_openapi::api::core::v1::Pod;

use super::*;

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
