//! The operator's rights: everything it asks for is in its table, and everything in its table it asks
//! for at some time.

use std::collections::BTreeSet;

use operator::process::{Lease, Times};
use operator::rbac::{GRAPHS, OWN, PULL_SECRETS, Rule};
use operator::settings::Settings;
use serde_json::{Value, json};

use crate::leases::LEASE;
use crate::restored::{SCALED, edits, put_back};
use crate::server::OPERATOR;
use crate::world::{EXAMPLE, Meter, NAME, World, expect, settings, until};

/// Group, resource, verb.
type Right = (String, String, String);

#[tokio::test]
async fn the_table_has_what_is_used_and_nothing_else() {
    let world = World::new("rights").await;
    world.bind("leader").await;
    world.bind("puller").await;
    lead(&world).await;
    // A Service of another namespace is no business of an operator of this one.
    let collector = Some("http://otelcol:4317".to_owned());
    let operator = world.operator_with(Settings { collector, ..settings() }, Meter::default());
    everything(&world).await;
    operator.stop().await;

    let granted: BTreeSet<_> =
        GRAPHS.iter().chain(OWN).chain(PULL_SECRETS).flat_map(rights).collect();
    // A watch is noted when it has ended.
    let used = expect("every right is used", async || {
        let used = used(&world);
        let never: Vec<_> = granted.difference(&used).collect();
        if never.is_empty() { Ok(used) } else { Err(format!("never {never:?}")) }
    })
    .await;
    assert_eq!(used, granted);
}

/// What the operator asked for; being refused is no use.
fn used(world: &World) -> BTreeSet<Right> {
    let mut used = BTreeSet::new();
    for event in world.server.audit() {
        let about = &event["objectRef"];
        let is_ours = event["impersonatedUser"]["username"] == OPERATOR
            && about["namespace"] == json!(world.namespace);
        if is_ours {
            assert_ne!(event["responseStatus"]["code"], 403, "{event}");
            used.insert(right(about, &event["verb"]));
        }
    }
    used
}

fn right(about: &Value, verb: &Value) -> Right {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let resource = match about["subresource"].as_str() {
        Some(sub) => format!("{}/{sub}", text(&about["resource"])),
        None => text(&about["resource"]),
    };
    (text(&about["apiGroup"]), resource, text(verb))
}

fn rights(rule: &Rule) -> Vec<Right> {
    let all = rule.resources.iter().flat_map(|resource| {
        let verbs = rule.verbs.iter();
        verbs.map(|verb| (rule.group.to_owned(), (*resource).to_owned(), (*verb).to_owned()))
    });
    all.collect()
}

async fn lead(world: &World) {
    let client = kube::Client::try_from(world.server.operator()).unwrap();
    let lease = Lease::new(client, &world.namespace, LEASE, "me", Times::default());
    // Taken, taken again, and let go.
    lease.acquire().await;
    lease.acquire().await;
    lease.release().await;
}

/// Has the operator do whatever it can do.
async fn everything(world: &World) {
    world.apply(&EXAMPLE.replace("spec:\n", SCALED)).await;
    world.rolled(NAME).await;
    for (api_version, kind, edit) in edits() {
        put_back(world, api_version, kind, edit).await;
    }
    // The same event once more is a change of the first.
    for _ in 0..2 {
        world.serve(NAME, true).await;
        world.condition(NAME, "Ready", "Ready").await;
        world.serve(NAME, false).await;
        world.condition(NAME, "Ready", "Starting").await;
    }
    let less = json!({"spec": {"replicas": 1, "autoscaling": null, "http": null,
        "serviceAccountName": "theirs", "networkPolicy": {"mode": "None"}}});
    world.edit(NAME, less).await;
    world.rolled(NAME).await;
    let mut names = BTreeSet::new();
    for turn in 0..11 {
        let limits = json!({"spec": {"limits": {"concurrency": 10 + turn}}});
        world.edit(NAME, limits).await;
        let revision = world.rolled(NAME).await["status"]["revision"].to_string();
        names.insert(revision);
    }
    assert_eq!(names.len(), 11);
    // The secret is asked for, although neither it nor the registry is there.
    let image = "{name: guest, image: \"127.0.0.1:1/guest:1\", imports: [otel]}";
    let pulled = EXAMPLE.replace("{name: guest, builtin: hello-log, imports: [otel]}", image);
    let pulled = pulled.replace("spec:\n", "spec:\n  imagePullSecrets: [{name: registry}]\n");
    world.apply(&pulled.replace(NAME, "pulled")).await;
    world.condition("pulled", "Resolved", "FetchFailed").await;
    until("old revisions are gone", async || {
        let maps = world.children(NAME).await.into_iter().filter(|o| o["immutable"] == true);
        (maps.count() == 10).then_some(())
    })
    .await;
}
