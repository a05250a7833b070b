//! What rolls pods and what does not: overlays, other versions of the operator, pins.

use operator::settings::{Settings, Upgrade};
use serde_json::{Value, json};

use crate::world::{EXAMPLE, Meter, NAME, World, settings, until};

#[tokio::test]
async fn an_overlay_comes_and_goes_without_a_revision() {
    let (world, operator) = World::rolled_out("overlay", EXAMPLE).await;
    let revision = revision(&world.graph(NAME).await);
    let overlay = |overlay: &str| {
        EXAMPLE.replace("spec:\n", &format!("spec:\n  podTemplate: {{spec: {overlay}}}\n"))
    };
    let template = async || world.deployment(NAME).await["spec"]["template"]["spec"].clone();

    world.apply(&overlay("{nodeSelector: {disk: fast}}")).await;
    until("pods want a fast disk", async || {
        (template().await["nodeSelector"]["disk"] == "fast").then_some(())
    })
    .await;
    world.apply(&overlay("{containers: [{name: node, image: other}]}")).await;
    let found = world.condition(NAME, "Accepted", "OverlayConflict").await;
    let summary = found["status"]["summary"].as_str().unwrap();
    assert!(
        summary.starts_with("OverlayConflict: spec.podTemplate.spec.containers[0].image: "),
        "{summary}"
    );
    assert_eq!(template().await["nodeSelector"]["disk"], "fast");
    world.apply(EXAMPLE).await;
    until("pods want any disk", async || {
        template().await.get("nodeSelector").is_none().then_some(())
    })
    .await;
    assert_eq!(self::revision(&world.rolled(NAME).await), revision);
    operator.stop().await;
}

#[tokio::test]
async fn another_runtime_image_waits_for_the_next_change() {
    let (world, operator) = World::rolled_out("upgrade", EXAMPLE).await;
    let first = revision(&world.graph(NAME).await);
    operator.rest().await;
    operator.stop().await;

    let newer = Settings { runtime_image: "example/runtime-node:2".to_owned(), ..settings() };
    let operator = world.operator_with(newer.clone(), Meter::default());
    operator.rest().await;
    assert_eq!(operator.writes(), [""; 0]);
    let limits = json!({"spec": {"limits": {"concurrency": 7}}});
    world.edit(NAME, limits).await;
    let second = world.rolled(NAME).await;
    assert_eq!(second["status"]["image"], "example/runtime-node:2");
    assert_ne!(revision(&second), first);
    operator.stop().await;

    let newest = Settings {
        runtime_image: "example/runtime-node:3".to_owned(),
        upgrade: Upgrade::Automatic,
        ..newer
    };
    let operator = world.operator_with(newest, Meter::default());
    until("the newest image is rolled out", async || {
        let image = "/spec/template/spec/containers/0/image";
        let deployment = world.deployment(NAME).await;
        (deployment.pointer(image)? == "example/runtime-node:3").then_some(())
    })
    .await;
    operator.stop().await;
}

/// What an older version sent: another grace period, in the pods and in its own note of them.
async fn as_an_older_version_sent(world: &World) {
    let live = world.deployment(NAME).await;
    let sent = live["metadata"]["annotations"][TEMPLATE].as_str().unwrap();
    let mut sent: Value = serde_json::from_str(sent).unwrap();
    sent["template"]["spec"]["terminationGracePeriodSeconds"] = json!(41);
    let older = json!({
        "metadata": {"annotations": {TEMPLATE: sent.to_string()}},
        "spec": {"template": {"spec": {"terminationGracePeriodSeconds": 41}}},
    });
    world.patch("apps/v1", "Deployment", NAME, older).await;
}

const TEMPLATE: &str = "componentgraph.dev/template";

#[tokio::test]
async fn another_operator_keeps_the_pods_as_they_are() {
    let (world, operator) = World::rolled_out("builders", EXAMPLE).await;
    operator.rest().await;
    operator.stop().await;
    let grace = async || {
        let deployment = world.deployment(NAME).await;
        deployment["spec"]["template"]["spec"]["terminationGracePeriodSeconds"].clone()
    };
    as_an_older_version_sent(&world).await;
    let template = world.deployment(NAME).await["spec"]["template"].clone();

    let newer = Settings { runtime_image: "example/runtime-node:2".to_owned(), ..settings() };
    let operator = world.operator_with(newer.clone(), Meter::default());
    operator.reconciled(0).await;
    operator.rest().await;
    assert_eq!(world.deployment(NAME).await["spec"]["template"], template);
    // What somebody else changes is still put back, to what was sent.
    let edit = json!({"spec": {"template": {"spec": {"terminationGracePeriodSeconds": 7}}}});
    world.patch("apps/v1", "Deployment", NAME, edit).await;
    until("the pods are as they were", async || (grace().await == 41).then_some(())).await;
    world.apply(&EXAMPLE.replace("spec:\n", "spec:\n  serviceAccountName: theirs\n")).await;
    until("a change brings all of it", async || (grace().await == 45).then_some(())).await;
    operator.stop().await;
}

#[tokio::test]
async fn a_lost_status_rolls_nothing() {
    let (world, operator) = World::rolled_out("lost", EXAMPLE).await;
    let before = world.graph(NAME).await["status"].clone();
    operator.rest().await;
    operator.stop().await;
    let template = world.deployment(NAME).await["spec"]["template"].clone();
    let nothing = kube::api::Patch::Merge(json!({"status": null}));
    world.graphs().patch_status(NAME, &Default::default(), &nothing).await.unwrap();

    let newer = Settings { runtime_image: "example/runtime-node:2".to_owned(), ..settings() };
    let operator = world.operator_with(newer, Meter::default());
    let after = world.rolled(NAME).await["status"].clone();
    for key in ["revision", "image", "composition", "components", "links", "grants"] {
        assert_eq!(after[key], before[key], "{key}");
    }
    operator.rest().await;
    assert_eq!(world.deployment(NAME).await["spec"]["template"], template);
    operator.stop().await;
}

#[tokio::test]
async fn a_source_that_moved_waits_until_it_is_asked_for() {
    let world = World::new("moved").await;
    let bytes = |name: &str| artifacts::builtin(name).unwrap().to_vec();
    world.store("guest", &bytes("hello-log")).await;
    let from_map = "configMapKeyRef: {name: guest, key: wasm}";
    let manifest = EXAMPLE.replace("builtin: hello-log", from_map);
    world.apply(&manifest).await;
    let operator = world.operator();
    let first = world.rolled(NAME).await;
    let digest = |graph: &Value| graph["status"]["components"][0]["digest"].clone();

    // A section of its own, without a meaning: other bytes, the same component.
    let mut other = bytes("hello-log");
    other.extend([0, 2, 1, b'x']);
    world.store("guest", &other).await;
    let replicas = json!({"spec": {"replicas": 2}});
    world.edit(NAME, replicas).await;
    let scaled = world.rolled(NAME).await;
    assert_eq!((revision(&scaled), digest(&scaled)), (revision(&first), digest(&first)));

    let limits = json!({"spec": {"limits": {"concurrency": 7}}});
    world.edit(NAME, limits).await;
    world.condition(NAME, "Resolved", "SourceMoved").await;
    let asked = json!({"metadata": {"annotations": {"componentgraph.dev/resolve": "1"}}});
    world.edit(NAME, asked).await;
    until("the new bytes are taken", async || {
        let graph = world.graph(NAME).await;
        (digest(&graph) != digest(&first)).then_some(())
    })
    .await;
    operator.stop().await;
}

fn revision(graph: &Value) -> String {
    graph["status"]["revision"].as_str().unwrap().to_owned()
}
