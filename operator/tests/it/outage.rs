//! A server of its own, which goes away for a while and then learns of a newer definition. One operator
//! sits it out; of two with a lease, the one that leads ends, as it cannot know who else does.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::processes::{Program, holder};
use crate::server::Server;
use crate::world::{EXAMPLE, NAME, World, expect_within};

/// Long enough for every watch and every back-off to have given up hope.
const OUTAGE: Duration = Duration::from_secs(60);
/// What a server took while it was starting, it may need a minute to refuse; a reconcile that waits
/// for it is given up after two.
const RECOVERY: Duration = Duration::from_secs(180);
const EDIT: &str = "spec:\n  replicas: 2\n";
/// Budget, Deployment (its fields and their owner) and status.
const EDIT_WRITES: usize = 4;

#[tokio::test(flavor = "multi_thread")]
async fn a_server_may_go_away_and_come_back_newer() {
    let server: &'static Server = Box::leak(Box::new(Server::start().await));
    let world = World::on(server, "outage").await;
    let led = World::on(server, "outage-led").await;
    world.apply(EXAMPLE).await;
    let operator = world.operator();
    world.rolled(NAME).await;
    let writes = operator.rest().await.len();
    let [first, second] = pair(&led).await;

    server.interrupt();
    let back = Instant::now() + OUTAGE;
    leadership_is_lost(first).await;
    // What a kubelet does with a container that ended.
    let again = Program::start(&led, "first");
    again.waits().await;
    sleep_until(back).await;
    assert_eq!(leaders(&[&again, &second]).await, [""; 0]);
    server.resume().await;
    for world in [&world, &led] {
        world.apply(&EXAMPLE.replace("spec:\n", EDIT)).await;
    }
    is_edited(&world).await;
    operator.rest().await;
    // Whatever else there is, it is as it was.
    assert_eq!(
        operator.writes()[writes..].len(),
        EDIT_WRITES,
        "{:#?}",
        &operator.writes()[writes..]
    );
    operator.stop().await;
    one_leads_again(&led, [again, second]).await;

    a_newer_definition_is_no_obstacle(server, &world).await;
}

/// One that leads and has made everything, and one that waits.
async fn pair(world: &World) -> [Program; 2] {
    world.bind("leader").await;
    world.apply(EXAMPLE).await;
    let first = Program::start(world, "first");
    first.leads().await;
    world.rolled(NAME).await;
    let second = Program::start(world, "second");
    second.waits().await;
    [first, second]
}

/// It ends by itself, before the lease has run out for others.
async fn leadership_is_lost(leader: Program) {
    let ended = timeout(OUTAGE, leader.ended()).await;
    let (code, logs) = ended.expect("it goes on as if it led");
    assert_eq!(code, Some(1), "{logs}");
    assert!(logs.contains("this process leads no longer: the lease was not renewed"), "{logs}");
}

async fn leaders<'a>(programs: &[&'a Program]) -> Vec<&'a str> {
    let asked = programs
        .iter()
        .map(|program| async { program.is_leader().await.then_some(program.identity.as_str()) });
    join_all(asked).await.into_iter().flatten().collect()
}

async fn is_edited(world: &World) {
    expect_within(RECOVERY, "two pods are wanted", async || {
        if world.deployment(NAME).await["spec"]["replicas"] == 2 {
            return Ok(());
        }
        let graph = world.graphs().get(NAME).await.unwrap();
        Err(serde_json::to_string(&graph).unwrap())
    })
    .await;
    world.condition(NAME, "Accepted", "Accepted").await;
}

/// One of the two leads, does the work alone, and goes on leading.
async fn one_leads_again(world: &World, programs: [Program; 2]) {
    is_edited(world).await;
    let both = programs.each_ref();
    let leader = leaders(&both).await;
    assert_eq!(leader, [holder(world).await]);
    for _ in 0..20 {
        assert_eq!(leaders(&both).await, leader);
        sleep(Duration::from_millis(200)).await;
    }
    let writes = join_all(both.map(Program::writes)).await;
    assert_eq!(writes.iter().sum::<u64>(), EDIT_WRITES as u64, "{writes:?}");
    for program in programs {
        assert_eq!(program.end("-TERM").await.0, Some(0));
    }
}

async fn a_newer_definition_is_no_obstacle(server: &Server, world: &World) {
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
