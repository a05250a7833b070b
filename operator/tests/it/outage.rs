//! A server of its own, which goes away for a while and then learns of a newer definition.

use std::time::Duration;

use serde_json::{Value, json};

use crate::server::Server;
use crate::world::{EXAMPLE, World};

const NAME: &str = "otel-example";
/// Long enough for every watch and every back-off to have given up hope.
const OUTAGE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn a_server_may_go_away_and_come_back_newer() {
    let server: &'static Server = Box::leak(Box::new(Server::start().await));
    let world = World::on(server, "outage").await;
    world.apply(EXAMPLE).await;
    let operator = world.operator();
    world.rolled(NAME).await;
    let writes = operator.rest().await.len();

    server.interrupt();
    tokio::time::sleep(OUTAGE).await;
    server.resume().await;
    world.apply(&EXAMPLE.replace("spec:\n", "spec:\n  replicas: 2\n")).await;
    world.condition(NAME, "Accepted", "Accepted").await;
    operator.rest().await;
    assert_eq!(world.deployment(NAME).await["spec"]["replicas"], 2);
    // Budget, Deployment (its fields and their owner) and status; whatever else is as it was.
    assert_eq!(operator.writes()[writes..].len(), 4, "{:#?}", &operator.writes()[writes..]);

    operator.stop().await;

    let mut newer = graph::crd();
    let fields = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties";
    let flavour = json!({"type": "string", "maxLength": 10});
    newer
        .pointer_mut(fields)
        .and_then(Value::as_object_mut)
        .unwrap()
        .insert("flavour".to_owned(), flavour);
    server.define(&newer).await;
    let operator = world.operator();
    let unknown =
        EXAMPLE.replace("otel-example", "newer").replace("spec:\n", "spec:\n  flavour: sweet\n");
    world.apply(&unknown).await;
    let found = world.condition("newer", "Accepted", "UnknownKey").await;
    assert_eq!(found["spec"]["flavour"], "sweet");
    world.apply(&EXAMPLE.replace("otel-example", "beside")).await;
    world.rolled("beside").await;
    operator.stop().await;
}
