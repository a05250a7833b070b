//! The lease by itself: who may take it when, and what is left of it.

use std::time::{Duration, Instant};

use kube::Client;
use kube::client::ClientBuilder;
use operator::process::{Lease, LeaseError, Times};
use serde_json::json;

use crate::world::{Meter, World};

pub(crate) const LEASE: &str = "componentgraph-operator";
const SHORT: Times = Times {
    holds: Duration::from_secs(3),
    gives_up: Duration::from_secs(2),
    renew: Duration::from_millis(300),
};

async fn world(namespace: &str) -> World {
    let world = World::new(namespace).await;
    world.bind("leader").await;
    world
}

fn lease(world: &World, meter: &Meter, identity: &str) -> Lease {
    let client = ClientBuilder::try_from(world.server.operator()).unwrap();
    let client: Client = client.with_layer(meter).build();
    Lease::new(client, &world.namespace, LEASE, identity, SHORT).of_pod(Some("uid-of-the-pod"))
}

#[tokio::test]
async fn a_leader_nobody_answers_gives_up_before_others_begin() {
    let world = world("lease-deaf").await;
    lease(&world, &Meter::default(), "first").acquire().await;
    let begun = Instant::now();
    let ended = lease(&world, &Meter::deaf_to("/componentgraph-operator"), "first").hold().await;
    assert!(matches!(ended, LeaseError::Late(..)), "{ended}");
    assert!(begun.elapsed() < SHORT.holds, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_clock_that_is_wrong_decides_nothing() {
    let world = world("lease-clock").await;
    for (holder, renewed) in
        [("ahead", "2999-01-01T00:00:00.000000Z"), ("behind", "1999-01-01T00:00:00.000000Z")]
    {
        world
            .put(&json!({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
                "metadata": {"name": LEASE},
                "spec": {"holderIdentity": holder, "leaseDurationSeconds": 2,
                    "renewTime": renewed}}))
            .await;
        let begun = Instant::now();
        lease(&world, &Meter::default(), "next").acquire().await;
        let waited = begun.elapsed().as_secs_f64();
        assert!((2.0..6.0).contains(&waited), "{holder}: {waited}");
        world.delete("coordination.k8s.io/v1", "Lease", LEASE).await;
    }
}

#[tokio::test]
async fn nothing_is_left_of_it() {
    let world = world("lease-left").await;
    let first = lease(&world, &Meter::default(), "first");
    first.acquire().await;
    let found = world.get("coordination.k8s.io/v1", "Lease", LEASE).await.unwrap();
    let owner = json!([{"apiVersion": "v1", "kind": "Pod", "name": "first",
        "uid": "uid-of-the-pod"}]);
    assert_eq!(found["metadata"]["ownerReferences"], owner);
    // Another's is left alone.
    lease(&world, &Meter::default(), "second").release().await;
    assert!(world.get("coordination.k8s.io/v1", "Lease", LEASE).await.is_some());
    first.release().await;
    assert_eq!(world.get("coordination.k8s.io/v1", "Lease", LEASE).await, None);
}
