//! From an applied manifest to its objects, and nothing more after that.

use expect_test::expect_file;
use serde_json::json;

use crate::world::{COMPONENTS, EXAMPLE, NAME, World};

#[tokio::test]
async fn both_examples_become_objects() {
    let world = World::new("examples").await;
    world.apply(EXAMPLE).await;
    world.apply(COMPONENTS).await;
    let operator = world.operator();
    for name in [NAME, "otel-example-components"] {
        let graph = world.rolled(name).await;
        assert_eq!(
            graph["status"]["componentsTotal"],
            graph["spec"]["components"].as_array().unwrap().len()
        );
        let revision = graph["status"]["revision"].as_str().unwrap();
        assert!(world.get("v1", "ConfigMap", revision).await.is_some());
    }
    expect_file!["../golden/capability.yaml"].assert_eq(&world.children_yaml(NAME).await);
    expect_file!["../golden/components.yaml"]
        .assert_eq(&world.children_yaml("otel-example-components").await);
    operator.stop().await;
}

/// Servers write amounts in a way of their own, and leave out what says no.
const OVERLAY: &str = "spec:
  podTemplate:
    spec:
      hostNetwork: false
      containers: [{name: node, tty: false, resources: {requests: {cpu: '0.5', memory: 0.25Gi}}}]
";

#[tokio::test]
async fn an_overlay_in_other_words_costs_no_writes() {
    let (world, operator) = World::rolled_out("words", &EXAMPLE.replace("spec:\n", OVERLAY)).await;
    operator.rest().await;
    let before = operator.writes().len();
    world.serve(NAME, true).await;
    world.condition(NAME, "Ready", "Ready").await;
    operator.rest().await;
    let others = |writes: &[String]| {
        let children = |w: &&String| !w.contains("/componentgraphs/") && !w.contains("/events");
        writes.iter().filter(children).cloned().collect::<Vec<_>>()
    };
    assert_eq!(others(&operator.writes()[before..]), [""; 0]);
    operator.stop().await;
    a_restart_writes_nothing(&world).await;
}

/// A status that comes back while its graph is looked at again must not be taken for none.
#[tokio::test(flavor = "multi_thread")]
async fn each_of_many_graphs_is_described_once() {
    let world = World::new("many").await;
    let names: Vec<_> = (0..40).map(|number| format!("graph-{number}")).collect();
    let operator = world.operator();
    let applied = names.iter().map(|name| async {
        world.apply(&EXAMPLE.replace("otel-example", name)).await;
    });
    futures_util::future::join_all(applied).await;
    for name in &names {
        world.rolled(name).await;
    }
    let writes = operator.rest().await;
    let mut statuses: Vec<_> = writes.iter().filter(|w| w.ends_with("/status")).collect();
    let count = statuses.len();
    statuses.sort();
    statuses.dedup();
    assert_eq!((count, statuses.len()), (40, 40));
    operator.stop().await;
}

#[tokio::test]
async fn a_second_reconcile_and_a_restart_write_nothing() {
    let (world, operator) = World::rolled_out("steady", EXAMPLE).await;
    // Its own events come back to it before it rests.
    let writes = operator.rest().await;
    let before = operator.reconciles();
    let note = json!({"metadata": {"annotations": {"example.com/note": "another"}}});
    world.edit(NAME, note).await;
    operator.reconciled(before).await;
    assert_eq!(operator.writes()[writes.len()..], [""; 0]);
    operator.stop().await;
    a_restart_writes_nothing(&world).await;
}

async fn a_restart_writes_nothing(world: &World) {
    let operator = world.operator();
    operator.reconciled(0).await;
    operator.rest().await;
    assert_eq!(operator.writes(), [""; 0]);
    operator.stop().await;
}
