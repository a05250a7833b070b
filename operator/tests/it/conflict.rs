//! A name that somebody else has: said, left alone, and taken once it is free.

use serde_json::{Value, json};

use crate::world::{EXAMPLE, World};

fn theirs(kind: &str) -> Value {
    let container = json!({"name": "c", "image": "example/other:1"});
    let template = json!({"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [container]}});
    match kind {
        "Service" => json!({"ports": [{"port": 5}]}),
        "NetworkPolicy" => json!({"podSelector": {}}),
        "Deployment" => json!({"selector": {"matchLabels": {"a": "b"}}, "template": template}),
        _ => Value::Null,
    }
}

const TAKEN: [(&str, &str, &str); 5] = [
    ("v1", "ServiceAccount", ""),
    ("v1", "ConfigMap", "-live"),
    ("v1", "Service", ""),
    ("networking.k8s.io/v1", "NetworkPolicy", ""),
    ("apps/v1", "Deployment", ""),
];

#[tokio::test]
async fn a_name_that_is_taken_is_never_adopted() {
    let world = World::new("taken").await;
    let graph = |kind: &str| format!("of-{}", kind.to_lowercase());
    let mut before = Vec::new();
    for (api_version, kind, suffix) in TAKEN {
        let name = format!("{}{suffix}", graph(kind));
        let mut object = json!({"apiVersion": api_version, "kind": kind,
            "metadata": {"name": name, "namespace": world.namespace}});
        if theirs(kind) != Value::Null {
            object["spec"] = theirs(kind);
        }
        world.put(&object).await;
        before.push(world.get(api_version, kind, &name).await.unwrap());
        world.apply(&EXAMPLE.replace("otel-example", &graph(kind))).await;
    }
    let operator = world.operator();
    for ((api_version, kind, suffix), before) in TAKEN.into_iter().zip(before) {
        let name = format!("{}{suffix}", graph(kind));
        let found = world.condition(&graph(kind), "Accepted", "NameConflict").await;
        let summary = found["status"]["summary"].as_str().unwrap();
        let start = format!("NameConflict: metadata.name: the graph needs {kind} `{name}`, and");
        assert!(summary.starts_with(&start), "{summary}");
        let now = world.get(api_version, kind, &name).await.unwrap();
        assert_eq!(now, before, "{kind}");
        world.delete(api_version, kind, &name).await;
    }
    for (_, kind, _) in TAKEN {
        world.rolled(&graph(kind)).await;
        world.condition(&graph(kind), "Accepted", "Accepted").await;
    }
    operator.stop().await;
}

#[tokio::test]
async fn an_account_named_as_the_graph_is_its_own() {
    let (world, operator) = World::rolled_out("account", EXAMPLE).await;
    let uid = async || {
        let account = world.get("v1", "ServiceAccount", "otel-example").await;
        account.map(|account| account["metadata"]["uid"].clone())
    };
    let before = uid().await;
    assert!(before.is_some());
    world.apply(&EXAMPLE.replace("spec:\n", "spec:\n  serviceAccountName: otel-example\n")).await;
    world.rolled("otel-example").await;
    operator.rest().await;
    assert_eq!(uid().await, before);
    operator.stop().await;
}

#[tokio::test]
async fn children_of_another_graph_are_not_taken_over() {
    let world = World::new("siblings").await;
    world.apply(&EXAMPLE.replace("otel-example", "a-live")).await;
    let operator = world.operator();
    world.rolled("a-live").await;
    // Its ConfigMap `a-live-live` is one thing; `a` needs `a-live`, which is free.
    world.apply(&EXAMPLE.replace("otel-example", "a")).await;
    world.rolled("a").await;
    let owner = async |name: &str| {
        let map = world.get("v1", "ConfigMap", name).await.unwrap();
        map["metadata"]["ownerReferences"][0]["name"].clone()
    };
    assert_eq!((owner("a-live").await, owner("a-live-live").await), (json!("a"), json!("a-live")));
    operator.stop().await;
}
