//! Errors of a real API server: a write that it cannot do, and one that it has no time for. Once the
//! cause is mended nobody has to act, and everything is made once.

use std::time::Duration;

use kube::api::DynamicObject;
use kube::{Client, Error};
use operator::process::Bounds;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::failures::{condition, no_service_is_taken};
use crate::server::OPERATOR;
use crate::world::{EXAMPLE, Meter, NAME, Operator, World, settings, until};

const MADE: &str = include_str!("../golden/capability.yaml");
/// The second pause between attempts, at its shortest. What the operator itself makes may wake it
/// sooner once or twice.
const SECOND: Duration = Duration::from_millis(1600);

#[tokio::test]
async fn a_webhook_that_nobody_answers_for_is_waited_for() {
    let world = World::new("webhook").await;
    let webhook = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "nobody-answers"},
        "webhooks": [{
            "name": "nobody.answers.example", "failurePolicy": "Fail", "sideEffects": "None",
            "admissionReviewVersions": ["v1"],
            "clientConfig": {"url": "https://127.0.0.1:1/"},
            "namespaceSelector": world.selector(),
            "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"],
                "resources": ["services"]}],
        }],
    });
    world.server.put(&webhook).await;
    no_service_is_taken(&world, &world.client).await;
    world.apply(EXAMPLE).await;
    let operator = world.operator();
    let graph = world.condition(NAME, "Available", "ServerError").await;
    let why = "Service `otel-example` could not be written: Internal error occurred: failed calling \
               webhook \"nobody.answers.example\"";
    is_tried_again(&graph, why);
    let times = until("more attempts", async || {
        Some(operator.meter.times("/services")).filter(|times| times.len() >= 4)
    })
    .await;
    let pauses = times.windows(2).map(|pair| pair[1] - pair[0]);
    assert!(pauses.max().unwrap() >= SECOND, "{times:?}");

    world.server.remove(&webhook).await;
    all_is_made_once(&world, operator).await;
}

#[tokio::test]
async fn a_server_that_is_too_busy_is_waited_for() {
    let world = World::new("busy").await;
    let objects = one_place_for_services(&world);
    world.server.put(&objects[0]).await;
    let schema = world.server.put(&objects[1]).await;
    let client = in_force(&world, &schema).await;
    let occupied = occupy(&world).await;
    let refused = no_service_is_taken(&world, &client).await;
    assert!(matches!(&refused, Error::Api(status) if status.code == 429), "{refused}");
    world.apply(EXAMPLE).await;
    // The client asks again many times before it tells of such an answer.
    let bounds = Bounds { deadline: Duration::from_secs(4), ..Bounds::default() };
    let operator = world.operator_within(settings(), Meter::default(), bounds);
    let graph = world.condition(NAME, "Available", "DeadlineExceeded").await;
    is_tried_again(&graph, "writing the objects of the graph took longer than 4 s");

    occupied.abort();
    for object in &objects {
        world.server.remove(object).await;
    }
    all_is_made_once(&world, operator).await;
}

/// Waits until requests of operators are treated by this schema; gives a client that sends each once.
async fn in_force(world: &World, schema: &DynamicObject) -> Client {
    let mut config = world.server.operator();
    config.default_retry = false;
    let client = Client::try_from(config).unwrap();
    until("the schema is in force", async || {
        let request = http::Request::post(services(world)).body(Vec::new().into()).unwrap();
        let answer = client.send(request).await.unwrap();
        let by = answer.headers().get("x-kubernetes-pf-flowschema-uid")?.clone();
        (by == schema.metadata.uid.as_deref()?).then_some(())
    })
    .await;
    client
}

/// Takes the only place. Nobody else may ask for it meanwhile: a refusal would not be heard.
async fn occupy(world: &World) -> JoinHandle<()> {
    let occupied = tokio::spawn(world.server.hang(services(world)));
    until("the place is taken", async || {
        let request = http::Request::get("/metrics").body(Vec::new()).unwrap();
        let numbers = world.client.request_text(request).await.unwrap();
        let taken = "\napiserver_flowcontrol_current_executing_requests{\
                     flow_schema=\"one-place\",priority_level=\"one-place\"} 1\n";
        numbers.contains(taken).then_some(())
    })
    .await;
    occupied
}

fn services(world: &World) -> String {
    format!("/api/v1/namespaces/{}/services", world.namespace)
}

/// A level of priority for Services that operators write in this namespace: one at a time is let in,
/// and nobody waits in a queue.
fn one_place_for_services(world: &World) -> [Value; 2] {
    let api_version = "flowcontrol.apiserver.k8s.io/v1";
    let level = json!({
        "apiVersion": api_version, "kind": "PriorityLevelConfiguration",
        "metadata": {"name": "one-place"},
        "spec": {"type": "Limited", "limited": {"nominalConcurrencyShares": 0,
            "borrowingLimitPercent": 0, "limitResponse": {"type": "Reject"}}},
    });
    let schema = json!({
        "apiVersion": api_version, "kind": "FlowSchema",
        "metadata": {"name": "one-place"},
        "spec": {"priorityLevelConfiguration": {"name": "one-place"}, "matchingPrecedence": 10,
            "rules": [{
                "subjects": [{"kind": "User", "user": {"name": OPERATOR}}],
                "resourceRules": [{"apiGroups": [""], "resources": ["services"],
                    "verbs": ["create", "patch"], "namespaces": [world.namespace]}],
            }]},
    });
    [level, schema]
}

fn is_tried_again(graph: &Value, why: &str) {
    let available = condition(graph, "Available");
    let message = available["message"].as_str().unwrap();
    assert!(message.contains(why), "{message}");
    assert_eq!(condition(graph, "Composed")["status"], "True");
    assert_eq!(condition(graph, "Ready")["reason"], available["reason"]);
    assert_eq!(condition(graph, "Reconciling")["reason"], "Retrying");
    assert_eq!(condition(graph, "Stalled")["status"], "False");
}

/// What is there in the end is what nothing stood in the way of, and nothing else was written twice.
async fn all_is_made_once(world: &World, operator: Operator) {
    world.condition(NAME, "Available", "Starting").await;
    let mut writes = operator.rest().await;
    assert_eq!(world.children_yaml(NAME).await, MADE);
    let repeated = ["/services", "/status", "/events"];
    writes.retain(|write| !repeated.iter().any(|end| write.ends_with(end)));
    let made = writes.iter().filter_map(|write| write.strip_prefix("POST ")?.rsplit('/').next());
    let made: Vec<_> = made.collect();
    assert_eq!(made.len(), writes.len(), "{writes:#?}");
    let once = ["serviceaccounts", "configmaps", "configmaps", "networkpolicies", "deployments"];
    assert_eq!(made, once);
    operator.stop().await;
}
