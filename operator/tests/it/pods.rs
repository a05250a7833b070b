//! Pods that cannot be made, or fit nowhere. What the server says to whoever makes them is real; that
//! it is repeated in the Deployment, as controllers do, and what the scheduler says, the test writes.

use expect_test::expect_file;
use k8s_openapi::api::core::v1::Namespace;
use kube::Api;
use kube::api::{Patch, PatchParams, PostParams};
use serde_json::{Value, json};

use crate::life::show;
use crate::world::{EXAMPLE, NAME, World, expect};

const HOST_NETWORK: &str = "spec:\n  podTemplate: {spec: {hostNetwork: true}}\n";
const NO_ACCOUNT: &str = "pods \"otel-example-7c9d4b5f6-\" is forbidden: error looking up service \
                          account NAMESPACE/nobody: serviceaccount \"nobody\" not found";
const NO_ROOM: &str = "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, \
                       preemption: 0/1 nodes are available: 1 Preemption is not helpful for \
                       scheduling.";

#[tokio::test]
async fn why_there_are_no_pods() {
    let manifest = EXAMPLE.replace("spec:\n", HOST_NETWORK);
    let (world, operator) = World::rolled_out("no-pods", &manifest).await;
    let mut text = String::new();
    let mut see = async |what, reason| {
        let graph = world.condition(NAME, "Available", reason).await;
        show(&mut text, what, &graph);
    };
    restrict(&world).await;
    repeat(&world, &refusal(&world, "PodSecurity").await).await;
    see("a security level that forbids it", "PodSecurity").await;

    world.apply(EXAMPLE).await;
    world.rolled(NAME).await;
    let quota = fill_quota(&world).await;
    repeat(&world, &refusal(&world, "exceeded quota").await).await;
    see("a quota that is used up", "QuotaExceeded").await;

    repeat(&world, NO_ACCOUNT).await;
    see("an account that is not there", "PodsNotCreated").await;

    world.delete("v1", "ResourceQuota", &quota).await;
    let pod = expect("a pod", async || make_pod(&world).await).await;
    unscheduled(&world, &pod).await;
    repeat(&world, "").await;
    see("no machine with room", "Unschedulable").await;
    expect_file!["../golden/pods.txt"].assert_eq(&world.steady(&text));
    operator.stop().await;
}

async fn restrict(world: &World) {
    let spaces: Api<Namespace> = Api::all(world.client.clone());
    let level =
        json!({"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}});
    let (params, patch) = (PatchParams::default(), Patch::Merge(level));
    spaces.patch(&world.namespace, &params, &patch).await.unwrap();
}

/// A quota for no pods, whose use is known; a controller would find it out.
async fn fill_quota(world: &World) -> String {
    let quota = json!({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "none"},
        "spec": {"hard": {"pods": "0"}}});
    world.put(&quota).await;
    let known = json!({"status": {"hard": {"pods": "0"}, "used": {"pods": "0"}}});
    let api = world.api("v1", "ResourceQuota");
    api.patch_status("none", &PatchParams::default(), &Patch::Merge(known)).await.unwrap();
    "none".to_owned()
}

/// What the server says to whoever makes a pod, once it is about this.
async fn refusal(world: &World, about: &str) -> String {
    expect(&format!("a pod is refused: {about}"), async || match make_pod(world).await {
        Err(message) if message.contains(about) => Ok(message),
        Err(other) => Err(other),
        Ok(name) => {
            world.delete("v1", "Pod", &name).await;
            Err("it was made".to_owned())
        }
    })
    .await
}

/// A pod as the Deployment wants it.
async fn make_pod(world: &World) -> Result<String, String> {
    let template = world.deployment(NAME).await["spec"]["template"].clone();
    let mut pod = json!({"apiVersion": "v1", "kind": "Pod", "spec": template["spec"],
        "metadata": {"generateName": format!("{NAME}-"), "labels": template["metadata"]["labels"]}});
    // It is given to pods by a plugin that is off here.
    pod["spec"]["automountServiceAccountToken"] = json!(false);
    let pod = serde_json::from_value(pod).unwrap();
    let made = world.api("v1", "Pod").create(&PostParams::default(), &pod).await;
    made.map(|pod| pod.metadata.name.unwrap()).map_err(|error| match error {
        kube::Error::Api(status) => status.message.clone(),
        error => error.to_string(),
    })
}

/// Says in the Deployment what was said to its controller; nothing when it is empty.
async fn repeat(world: &World, message: &str) {
    let now = "2026-01-01T00:00:00Z";
    let failure = json!({"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate",
        "message": message, "lastTransitionTime": now, "lastUpdateTime": now});
    let conditions = if message.is_empty() { json!([]) } else { json!([failure]) };
    let generation = &world.deployment(NAME).await["metadata"]["generation"];
    let status = json!({"status": {"observedGeneration": generation, "conditions": conditions}});
    let api = world.api("apps/v1", "Deployment");
    api.patch_status(NAME, &PatchParams::default(), &Patch::Merge(status)).await.unwrap();
}

async fn unscheduled(world: &World, pod: &str) {
    let condition = json!({"type": "PodScheduled", "status": "False", "reason": "Unschedulable",
        "message": NO_ROOM, "lastTransitionTime": "2026-01-01T00:00:00Z"});
    let status: Value = json!({"status": {"conditions": [condition]}});
    let api = world.api("v1", "Pod");
    api.patch_status(pod, &PatchParams::default(), &Patch::Merge(status)).await.unwrap();
}
