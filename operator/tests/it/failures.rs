//! Writes that fail: whatever the server answers, or whether it answers at all, stands in the status.

use std::time::Duration;

use kube::api::{DynamicObject, Patch, PatchParams};
use kube::core::{ApiResource, GroupVersionKind};
use kube::{Api, Client};
use operator::process::Bounds;
use serde_json::{Value, json};

use crate::server::{OPERATOR, ROLE};
use crate::world::{EXAMPLE, Meter, World, settings};

const NAME: &str = "otel-example";

fn condition<'a>(graph: &'a Value, kind: &str) -> &'a Value {
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
            "matchResources": {"namespaceSelector": {"matchLabels": {
                "kubernetes.io/metadata.name": world.namespace}}}},
    });
    for object in [policy, binding] {
        let kind = object["kind"].as_str().unwrap();
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, "v1", kind));
        let api: Api<DynamicObject> = Api::all_with(world.client.clone(), &resource);
        let params = PatchParams::apply("tests").force();
        api.patch("no-services", &params, &Patch::Apply(&object)).await.unwrap();
    }
    let probe = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "probe"},
        "spec": {"ports": [{"port": 5}]}});
    let probe: DynamicObject = serde_json::from_value(probe).unwrap();
    let api = world.api("v1", "Service");
    let params = kube::api::PostParams { dry_run: true, ..Default::default() };
    crate::world::until("services are denied", async || api.create(&params, &probe).await.err())
        .await;
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
async fn namespaces_share_one_bound() {
    let (one, other) = (World::new("share-one").await, World::new("share-other").await);
    let bounds = Bounds { concurrency: 1, ..Bounds::default() };
    let meter = Meter::deaf_to("/deployments");
    let operator = one.operator_of(&[&one, &other], settings(), meter, bounds);
    one.apply(EXAMPLE).await;
    let hangs = async || operator.writes().last().filter(|w| w.ends_with("/deployments")).cloned();
    crate::world::until("the first one hangs", hangs).await;
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

#[tokio::test]
async fn a_namespace_on_its_way_out_is_named() {
    let world = World::new("leaving").await;
    world.apply(EXAMPLE).await;
    // Nobody here removes what is left in it, so it stays like this.
    let spaces: Api<k8s_openapi::api::core::v1::Namespace> = Api::all(Client::clone(&world.client));
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
