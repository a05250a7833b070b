//! Pods that do not start, each for another reason: scheduler, kubelet, quota and admission are the
//! real ones, and what they say stands in the status.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::world::{World, condition};

const NAMESPACE: &str = "trouble";
const FULL: &str = "trouble-quota";

/// Name, what is put where in the example, the reason, and words of the message.
fn cases() -> Vec<(&'static str, Value, &'static str, &'static str)> {
    let container = |more: Value| json!({"/spec/podTemplate": {"spec": {"containers": [more]}}});
    vec![
        (
            "too-large",
            container(json!({"name": "node", "resources": {"requests": {"cpu": "999"}}})),
            "Unschedulable",
            "Insufficient cpu",
        ),
        (
            "no-image",
            container(json!({
                "name": "beside", "image": "localhost/nowhere/beside:1", "imagePullPolicy": "Never",
                "securityContext": {
                    "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]},
                },
            })),
            "ImagePullFailed",
            "localhost/nowhere/beside:1",
        ),
        (
            "host-network",
            json!({"/spec/podTemplate": {"spec": {"hostNetwork": true}}}),
            "PodSecurity",
            "hostNetwork",
        ),
        (
            "no-account",
            json!({"/spec/serviceAccountName": "nobody"}),
            "PodsNotCreated",
            "serviceaccount \"nobody\" not found",
        ),
        (
            "no-secret",
            json!({"/spec/components/0/configFrom": [
                {"key": "token", "secretKeyRef": {"name": "keys", "key": "token"}},
            ]}),
            "StartFailed",
            "keys",
        ),
    ]
}

pub(super) fn pods_that_do_not_start(world: &World) -> Result<()> {
    world.namespace(NAMESPACE)?;
    world.namespace(FULL)?;
    let quota = json!({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "none"},
        "spec": {"hard": {"pods": "0"}}});
    world.apply(FULL, &quota)?;
    world.apply_example(FULL, "otel/capability.yaml")?;
    for (name, over, ..) in cases() {
        apply(world, name, &over)?;
    }
    for (name, _, reason, words) in cases() {
        says(world, NAMESPACE, name, reason, words)?;
    }
    says(world, FULL, "otel-example", "QuotaExceeded", "pods=0")?;
    world.delete_namespace(FULL)?;
    world.delete_namespace(NAMESPACE)
}

fn apply(world: &World, name: &str, over: &Value) -> Result<()> {
    let text = std::fs::read_to_string(world.root.join("examples/otel/capability.yaml"))?;
    let mut graph: Value = serde_yaml::from_str(&text)?;
    let mut put = |pointer: &str, value: Value| match graph.pointer_mut(pointer) {
        Some(place) => *place = value,
        None => {
            let parent = pointer.rsplit_once('/').unwrap_or_default();
            if let Some(Value::Object(map)) = graph.pointer_mut(parent.0) {
                map.insert(parent.1.to_owned(), value);
            }
        }
    };
    put("/metadata/name", json!(name));
    for (pointer, value) in over.as_object().into_iter().flatten() {
        put(pointer, value.clone());
    }
    world.apply(NAMESPACE, &graph)
}

fn says(world: &World, namespace: &str, name: &str, reason: &str, words: &str) -> Result<()> {
    let mut last = None;
    let outcome = world.until(&format!("{name} to say {reason}"), |world| {
        let graph = world.get(namespace, &format!("cg/{name}"))?;
        let found = condition(&graph, "Ready").ok();
        let is_told = found.as_ref().is_some_and(|ready| ready.1 == reason);
        last = found;
        Ok(is_told)
    });
    outcome.map_err(|error| error.context(format!("it says {last:?}")))?;
    let message = last.map(|ready| ready.2).unwrap_or_default();
    ensure!(message.contains(words), "{name} does not say {words:?}: {message}");
    Ok(())
}
