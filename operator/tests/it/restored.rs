//! Objects that people touch: what the operator owns is put back, what it does not is left alone.

use serde_json::{Value, json};

use crate::world::{EXAMPLE, NAME, World, tidy, until};

pub(crate) const SCALED: &str =
    "spec:\n  replicas: 2\n  autoscaling: {minReplicas: 2, maxReplicas: 4}\n";

/// Kind, and something it owns in another state. Every kind of child has a row.
pub(crate) fn edits() -> [(&'static str, &'static str, Value); 7] {
    [
        ("v1", "ServiceAccount", json!({"automountServiceAccountToken": true})),
        ("v1", "ConfigMap", json!({"data": {"live.json": "{}"}})),
        ("v1", "Service", json!({"spec": {"selector": {"componentgraph.dev/graph": "another"}}})),
        ("networking.k8s.io/v1", "NetworkPolicy", json!({"spec": {"egress": null}})),
        ("policy/v1", "PodDisruptionBudget", json!({"spec": {"maxUnavailable": 2}})),
        ("autoscaling/v2", "HorizontalPodAutoscaler", json!({"spec": {"maxReplicas": 9}})),
        ("apps/v1", "Deployment", json!({"spec": {"replicas": 7, "paused": null}})),
    ]
}

fn child(kind: &str) -> String {
    if kind == "ConfigMap" { format!("{NAME}-live") } else { NAME.to_owned() }
}

#[tokio::test]
async fn what_is_deleted_comes_back() {
    let (world, operator) = World::rolled_out("deleted", &EXAMPLE.replace("spec:\n", SCALED)).await;
    let graph = world.graph(NAME).await;
    let before = world.children_yaml(NAME).await;
    for (api_version, kind, _) in edits() {
        deleted(&world, api_version, kind, &child(kind)).await;
    }
    let revision = graph["status"]["revision"].as_str().unwrap();
    deleted(&world, "v1", "ConfigMap", revision).await;
    assert_eq!(world.children_yaml(NAME).await, before);
    operator.stop().await;
}

async fn deleted(world: &World, api_version: &str, kind: &str, name: &str) {
    let uid = |object: &Value| object["metadata"]["uid"].clone();
    let old = uid(&world.get(api_version, kind, name).await.unwrap());
    world.delete(api_version, kind, name).await;
    until(&format!("another {kind} {name}"), async || {
        world.get(api_version, kind, name).await.filter(|new| uid(new) != old)
    })
    .await;
}

#[tokio::test]
async fn what_is_edited_is_put_back() {
    let (world, operator) = World::rolled_out("edited", &EXAMPLE.replace("spec:\n", SCALED)).await;
    for (api_version, kind, edit) in edits() {
        put_back(&world, api_version, kind, edit).await;
    }
    operator.stop().await;
}

pub(crate) async fn put_back(world: &World, api_version: &str, kind: &str, edit: Value) {
    let before = tidy(world.get(api_version, kind, &child(kind)).await.unwrap());
    world.patch(api_version, kind, &child(kind), edit).await;
    until(&format!("{kind} as it was"), async || {
        let now = tidy(world.get(api_version, kind, &child(kind)).await.unwrap());
        (now == before).then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_happened_while_nobody_looked_is_seen() {
    let (world, operator) = World::rolled_out("missed", &EXAMPLE.replace("spec:\n", SCALED)).await;
    operator.rest().await;
    operator.stop().await;
    let before = world.children_yaml(NAME).await;
    for (k, (api_version, kind, edit)) in edits().into_iter().enumerate() {
        if k % 2 == 0 {
            world.delete(api_version, kind, &child(kind)).await;
        } else {
            world.patch(api_version, kind, &child(kind), edit).await;
        }
    }
    let operator = world.operator();
    until("all is as it was", async || (world.children_yaml(NAME).await == before).then_some(()))
        .await;
    operator.stop().await;
}

#[tokio::test]
async fn fields_of_others_stay_and_own_ones_go() {
    let config = "builtin: hello-log, configFrom: [{secretRef: {name: theirs}}]";
    let manifest = EXAMPLE.replace("builtin: hello-log", config);
    let (world, operator) = World::rolled_out("fields", &manifest).await;
    let note = json!({"metadata": {"annotations": {"example.com/note": "mine"}}});
    for (api_version, kind) in [("apps/v1", "Deployment"), ("v1", "Service")] {
        world.patch(api_version, kind, NAME, note.clone()).await;
    }
    let volumes = async || {
        let deployment = world.deployment(NAME).await;
        deployment.pointer("/spec/template/spec/volumes").unwrap().as_array().unwrap().len()
    };
    assert_eq!(volumes().await, 3);

    world.apply(EXAMPLE).await;
    until("the volume is gone", async || (volumes().await == 2).then_some(())).await;
    for (api_version, kind) in [("apps/v1", "Deployment"), ("v1", "Service")] {
        let object = world.get(api_version, kind, NAME).await.unwrap();
        assert_eq!(object["metadata"]["annotations"]["example.com/note"], "mine", "{kind}");
    }
    operator.stop().await;
}

#[tokio::test]
async fn what_an_autoscaler_set_stays() {
    let (world, operator) = World::rolled_out("scaled", EXAMPLE).await;
    let revision = world.graph(NAME).await["status"]["revision"].clone();
    let scale = json!({"spec": {"replicas": 5}});
    let (params, patch) = (Default::default(), kube::api::Patch::Merge(scale));
    world.graphs().patch_scale(NAME, &params, &patch).await.unwrap();
    let five = async || {
        let deployment = world.deployment(NAME).await;
        (deployment["spec"]["replicas"] == 5).then_some(())
    };
    until("five pods are wanted", five).await;
    until("with five pods there is a budget", async || {
        world.get("policy/v1", "PodDisruptionBudget", NAME).await
    })
    .await;

    let before = operator.reconciles();
    world.apply(&EXAMPLE.replace("metadata: {", "metadata: {labels: {team: a}, ")).await;
    operator.reconciled(before).await;
    assert_eq!(five().await, Some(()));
    let graph = world.graph(NAME).await;
    assert_eq!(graph["status"]["revision"], revision);
    let selector = "app.kubernetes.io/name=runtime-node,componentgraph.dev/graph=otel-example";
    assert_eq!(graph["status"]["selector"], selector);
    operator.stop().await;
}

#[tokio::test]
async fn what_nothing_asks_for_any_more_goes() {
    let (world, operator) = World::rolled_out("orphans", &EXAMPLE.replace("spec:\n", SCALED)).await;
    let less = json!({"spec": {"replicas": 1, "autoscaling": null, "http": null,
        "serviceAccountName": "theirs", "networkPolicy": {"mode": "None"}}});
    world.edit(NAME, less).await;
    for (api_version, kind, _) in edits() {
        if !matches!(kind, "Deployment" | "ConfigMap") {
            until(&format!("there is no {kind}"), async || {
                world.get(api_version, kind, NAME).await.is_none().then_some(())
            })
            .await;
        }
    }
    let graph = world.rolled(NAME).await;
    assert_eq!(graph["status"].get("url"), None);
    operator.stop().await;
}

#[tokio::test]
async fn ten_revisions_are_kept() {
    let world = World::new("history").await;
    world.apply(EXAMPLE).await;
    let operator = world.operator();
    let mut names = Vec::new();
    for turn in 0..12 {
        let config = json!({"turn": turn.to_string()});
        let mut object: Value = serde_yaml::from_str(EXAMPLE).unwrap();
        object["metadata"]["namespace"] = json!(world.namespace);
        object["spec"]["components"][0]["config"] = config;
        world.put(&object).await;
        names.push(world.rolled(NAME).await["status"]["revision"].as_str().unwrap().to_owned());
    }
    let stored = async || {
        let all = world.children(NAME).await;
        let maps = all.iter().filter(|o| o["kind"] == "ConfigMap" && o["immutable"] == true);
        maps.map(|o| o["metadata"]["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    until("ten are left", async || (stored().await.len() == 10).then_some(())).await;
    assert!(stored().await.contains(&names[11]));
    assert_eq!(world.graph(NAME).await["status"]["revisions"].as_array().unwrap().len(), 10);
    operator.stop().await;
}
