//! Writes that fail: whatever the server answers, or whether it answers at all, stands in the status.

use std::time::Duration;

use k8s_openapi::api::core::v1::{Namespace, Service};
use kube::api::PostParams;
use kube::{Api, Client, Error};
use operator::process::Bounds;
use operator::settings::Settings;
use serde_json::{Value, json};

use crate::server::{OPERATOR, ROLE};
use crate::world::{EXAMPLE, Meter, NAME, World, settings, until};

pub(crate) fn condition<'a>(graph: &'a Value, kind: &str) -> &'a Value {
    let conditions = graph["status"]["conditions"].as_array().unwrap();
    conditions.iter().find(|condition| condition["type"] == kind).unwrap()
}

#[tokio::test]
async fn an_object_the_server_calls_invalid_stalls() {
    let world = World::new("invalid").await;
    let overlay = "spec:\n  podTemplate: {spec: {dnsPolicy: Sideways}}\n";
    world.apply(&EXAMPLE.replace("spec:\n", overlay)).await;
    let operator = world.operator();
    let graph = world.condition(NAME, "Available", "Refused").await;
    let ready = condition(&graph, "Ready")["message"].as_str().unwrap();
    assert!(ready.contains("spec.template.spec.dnsPolicy"), "{ready}");
    assert_eq!(condition(&graph, "Stalled")["status"], "True");
    assert_eq!(condition(&graph, "Reconciling")["status"], "False");
    world.apply(EXAMPLE).await;
    world.condition(NAME, "Available", "Starting").await;
    operator.stop().await;
}

#[tokio::test]
async fn a_policy_that_denies_is_no_lack_of_rights() {
    let world = World::new("denied").await;
    deny(&world).await;
    let operator = world.operator();
    world.apply(EXAMPLE).await;
    let graph = world.condition(NAME, "Available", "AdmissionDenied").await;
    let message = condition(&graph, "Available")["message"].as_str().unwrap();
    assert!(message.starts_with("Service `otel-example` was refused: "), "{message}");
    assert!(message.contains("no services here"), "{message}");
    assert_eq!(condition(&graph, "Reconciling")["reason"], "Retrying");
    operator.stop().await;
}

/// Installs a policy and waits until it works.
async fn deny(world: &World) {
    let group = "admissionregistration.k8s.io";
    let policy = json!({
        "apiVersion": format!("{group}/v1"), "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": "no-services"},
        "spec": {
            "matchConstraints": {"resourceRules": [{"apiGroups": [""], "apiVersions": ["v1"],
                "operations": ["CREATE"], "resources": ["services"]}]},
            "validations": [{"expression": "false", "message": "no services here"}],
        },
    });
    let binding = json!({
        "apiVersion": format!("{group}/v1"), "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": "no-services"},
        "spec": {"policyName": "no-services", "validationActions": ["Deny"],
            "matchResources": {"namespaceSelector": world.selector()}},
    });
    for object in [policy, binding] {
        world.server.put(&object).await;
    }
    no_service_is_taken(world, &world.client).await;
}

/// Waits until the server answers whoever creates a Service with an error.
pub(crate) async fn no_service_is_taken(world: &World, client: &Client) -> Error {
    let probe = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "probe"},
        "spec": {"ports": [{"port": 5}]}});
    let probe: Service = serde_json::from_value(probe).unwrap();
    let api: Api<Service> = Api::namespaced(client.clone(), &world.namespace);
    let params = PostParams { dry_run: true, ..Default::default() };
    until("Services are not taken", async || api.create(&params, &probe).await.err()).await
}

#[tokio::test]
async fn a_right_that_is_missing_is_named() {
    let world = World::new("rightless").await;
    world.delete("rbac.authorization.k8s.io/v1", "RoleBinding", ROLE).await;
    role_without_services(&world).await;
    world.apply(EXAMPLE).await;
    let operator = world.operator();
    let graph = world.condition(NAME, "Available", "Forbidden").await;
    let message = condition(&graph, "Available")["message"].as_str().unwrap();
    assert!(message.contains(&format!("User \"{OPERATOR}\" cannot create resource")), "{message}");
    operator.stop().await;
}

/// Everything but `create` on Services, in this namespace.
async fn role_without_services(world: &World) {
    let mut rules = operator::rbac::rules(operator::rbac::GRAPHS, "");
    for rule in rules.as_array_mut().unwrap() {
        if rule["resources"].as_array().unwrap().contains(&json!("services")) {
            rule["resources"] = json!(["configmaps", "serviceaccounts"]);
        }
    }
    let reading = json!({"apiGroups": [""], "resources": ["services"],
        "verbs": ["get", "list", "watch"]});
    rules.as_array_mut().unwrap().push(reading);
    let group = "rbac.authorization.k8s.io";
    world
        .put(&json!({"apiVersion": format!("{group}/v1"), "kind": "Role",
            "metadata": {"name": "less"}, "rules": rules}))
        .await;
    world
        .put(&json!({"apiVersion": format!("{group}/v1"), "kind": "RoleBinding",
            "metadata": {"name": "less"},
            "roleRef": {"apiGroup": group, "kind": "Role", "name": "less"},
            "subjects": [{"kind": "User", "apiGroup": group, "name": OPERATOR}]}))
        .await;
}

#[tokio::test]
async fn work_that_takes_too_long_says_where_it_was() {
    let world = World::new("slow").await;
    world.apply(EXAMPLE).await;
    let bounds = Bounds { deadline: Duration::from_secs(4), ..Bounds::default() };
    let operator = world.operator_within(settings(), Meter::deaf_to("/deployments"), bounds);
    let graph = world.condition(NAME, "Available", "DeadlineExceeded").await;
    let ready = condition(&graph, "Ready");
    assert_eq!(ready["message"], "writing the objects of the graph took longer than 4 s");
    assert_eq!(ready["status"], "False");
    assert_eq!(condition(&graph, "Composed")["status"], "True");
    operator.stop().await;
}

#[tokio::test]
async fn a_service_that_cannot_be_read_changes_no_policy() {
    let world = World::new("flapping").await;
    world
        .put(&json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "otelcol"},
            "spec": {"selector": {"app": "otelcol"}, "ports": [{"port": 4317}]}}))
        .await;
    let meter = Meter::default();
    let collector = Some("http://otelcol:4317".to_owned());
    let operator = world.operator_with(Settings { collector, ..settings() }, meter.clone());
    world.apply(EXAMPLE).await;
    world.rolled(NAME).await;
    operator.rest().await;
    let policy = async || world.get("networking.k8s.io/v1", "NetworkPolicy", NAME).await.unwrap();
    let before = policy().await;
    assert!(before["spec"]["egress"].to_string().contains("\"app\":\"otelcol\""));

    meter.garble(Some("/services/otelcol"));
    world.apply(&EXAMPLE.replace("spec:\n", "spec:\n  replicas: 2\n")).await;
    let graph = world.condition(NAME, "Ready", "ServerError").await;
    let summary = graph["status"]["summary"].as_str().unwrap();
    assert!(summary.starts_with("ServerError: Service `otelcol` of namespace"), "{summary}");
    assert_eq!(policy().await, before);
    meter.garble(None);
    world.condition(NAME, "Available", "Starting").await;
    assert_eq!(policy().await, before);
    operator.stop().await;
}

#[tokio::test]
async fn a_namespace_on_its_way_out_is_named() {
    let world = World::new("leaving").await;
    world.apply(EXAMPLE).await;
    // Nobody here removes what is left in it, so it stays like this.
    let spaces: Api<Namespace> = Api::all(world.client.clone());
    spaces.delete(&world.namespace, &Default::default()).await.unwrap();
    let operator = world.operator();
    let graph = world.condition(NAME, "Available", "NamespaceTerminating").await;
    let summary = graph["status"]["summary"].as_str().unwrap();
    assert!(
        summary.starts_with("NamespaceTerminating: ServiceAccount `otel-example`"),
        "{summary}"
    );
    operator.stop().await;
}
