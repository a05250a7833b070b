//! Pods that do not start, each for another reason: scheduler, kubelet, quota and admission are the
//! real ones, and what they say stands in the status.

use std::thread;
use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};

use super::steady;
use super::world::{World, items};
use crate::golden;

const NAMESPACE: &str = "trouble";
const FULL: &str = "trouble-quota";
/// What the graphs say in the end.
const GOLDEN: &str = "crates/xtask/src/cluster/rung/testdata/trouble.txt";
/// When the golden is written: how long the end lasts.
const REST: Duration = Duration::from_secs(15);

/// Names, and what is put where in the example.
fn cases() -> [(&'static str, Value); 5] {
    let container = |more: Value| json!({"/spec/podTemplate": {"spec": {"containers": [more]}}});
    [
        (
            "too-large",
            container(json!({"name": "node", "resources": {"requests": {"cpu": "999"}}})),
        ),
        (
            "no-image",
            container(json!({
                "name": "beside", "image": "localhost/nowhere/beside:1", "imagePullPolicy": "Never",
                "securityContext": {
                    "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]},
                },
            })),
        ),
        ("host-network", json!({"/spec/podTemplate": {"spec": {"hostNetwork": true}}})),
        ("no-account", json!({"/spec/serviceAccountName": "nobody"})),
        (
            "no-secret",
            json!({"/spec/components/0/configFrom": [
                {"key": "token", "secretKeyRef": {"name": "keys", "key": "token"}},
            ]}),
        ),
    ]
}

pub(super) fn pods_that_do_not_start(world: &World) -> Result<()> {
    world.namespace(NAMESPACE)?;
    world.namespace(FULL)?;
    let quota = json!({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "none"},
        "spec": {"hard": {"pods": "0"}}});
    world.apply(FULL, &quota)?;
    apply(world, FULL, "full", &json!({}))?;
    for (name, over) in cases() {
        apply(world, NAMESPACE, name, &over)?;
    }
    let path = world.root.join(GOLDEN);
    let text = match golden::is_rewritten() {
        true => at_rest(world)?,
        false => expected(world, &std::fs::read_to_string(&path).unwrap_or_default())?,
    };
    golden::compare(&path, &text)?;
    world.delete_namespace(FULL)?;
    world.delete_namespace(NAMESPACE)
}

fn apply(world: &World, namespace: &str, name: &str, over: &Value) -> Result<()> {
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
    world.apply(namespace, &graph)
}

/// What all graphs say now.
fn said(world: &World) -> Result<String> {
    let mut text = String::new();
    for namespace in [NAMESPACE, FULL] {
        for graph in items(&world.get(namespace, "cg")?) {
            text.push_str(&steady::conditions(graph)?);
        }
    }
    Ok(text)
}

/// On the way there they say other things; what they say last is the answer.
fn expected(world: &World, golden: &str) -> Result<String> {
    let mut last = String::new();
    let outcome = world.until("the graphs to say why", |world| {
        last = said(world)?;
        Ok(last == golden)
    });
    match outcome {
        Err(error) if last.is_empty() => Err(error),
        // A comparison says more than that time has passed.
        _ => Ok(last),
    }
}

fn at_rest(world: &World) -> Result<String> {
    let mut before = String::new();
    loop {
        let now = said(world)?;
        if now == before {
            return Ok(now);
        }
        before = now;
        thread::sleep(REST);
    }
}
