//! From an applied manifest to its objects, and nothing more after that.

use expect_test::expect_file;
use serde_json::json;

use crate::world::{COMPONENTS, EXAMPLE, World};

const CAPABILITY: &str = "otel-example";

#[tokio::test]
async fn both_examples_become_objects() {
    let world = World::new("examples").await;
    world.apply(EXAMPLE).await;
    world.apply(COMPONENTS).await;
    let operator = world.operator();
    for name in [CAPABILITY, "otel-example-components"] {
        let graph = world.rolled(name).await;
        assert_eq!(
            graph["status"]["componentsTotal"],
            graph["spec"]["components"].as_array().unwrap().len()
        );
        let revision = graph["status"]["revision"].as_str().unwrap();
        assert!(world.get("v1", "ConfigMap", revision).await.is_some());
    }
    expect_file!["../golden/capability.yaml"].assert_eq(&world.children_yaml(CAPABILITY).await);
    expect_file!["../golden/components.yaml"]
        .assert_eq(&world.children_yaml("otel-example-components").await);
    operator.stop().await;
}

#[tokio::test]
async fn a_second_reconcile_and_a_restart_write_nothing() {
    let world = World::new("steady").await;
    world.apply(EXAMPLE).await;
    let operator = world.operator();
    world.rolled(CAPABILITY).await;
    // Its own events come back to it before it rests.
    let writes = operator.rest().await;
    let before = operator.reconciles();
    let note = json!({"metadata": {"annotations": {"example.com/note": "another"}}});
    world.patch(graph::API_VERSION, graph::KIND, CAPABILITY, note).await;
    operator.reconciled(before).await;
    assert_eq!(operator.writes()[writes.len()..], [""; 0]);
    operator.stop().await;

    let operator = world.operator();
    operator.reconciled(0).await;
    operator.rest().await;
    assert_eq!(operator.writes(), [""; 0]);
    operator.stop().await;
}
