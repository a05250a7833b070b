//! Who is worked on when: one bound for all namespaces, and patience after a failure.

use std::time::Duration;

use operator::process::Bounds;
use serde_json::json;

use crate::world::{EXAMPLE, Meter, NAME, World, settings, until};

#[tokio::test]
async fn namespaces_share_one_bound() {
    let (one, other) = (World::new("share-one").await, World::new("share-other").await);
    let bounds = Bounds { concurrency: 1, ..Bounds::default() };
    let meter = Meter::deaf_to("/deployments");
    let operator = one.operator_of(&[&one, &other], settings(), meter, bounds);
    one.apply(EXAMPLE).await;
    let hangs = async || operator.writes().last().filter(|w| w.ends_with("/deployments")).cloned();
    until("the first one hangs", hangs).await;
    other.apply(EXAMPLE).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let others: Vec<_> =
        operator.writes().into_iter().filter(|w| w.contains(&other.namespace)).collect();
    assert_eq!(others, [""; 0]);
}

#[tokio::test]
async fn a_status_that_was_written_wakes_nobody() {
    let world = World::new("patient").await;
    let taken =
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "otel-example"}});
    world.put(&taken).await;
    let operator = world.operator();
    world.apply(EXAMPLE).await;
    world.condition(NAME, "Accepted", "NameConflict").await;
    // The second try comes after a second, the third after two more.
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(operator.reconciles(), 1);
    operator.stop().await;
}
