//! Every object of both examples, as an API server is sent it.

use std::collections::BTreeMap;

use composer::{Instance, Ledger};
use expect_test::expect_file;
use graph::ComponentGraph;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use kube::Resource;
use serde_json::json;

use super::*;
use crate::apply::listed;
use crate::dereference::{PullSecret, Service};
use crate::destination::ServiceName;
use crate::revision::{Made, Revision, input};
use crate::settings::PullPolicy;
use crate::unguard::tests::{COMPONENTS, EXAMPLE, object, settings};
use crate::unguard::unguard;

/// A revision whose digests do not change with the built-in components.
fn steady(graph: &ComponentGraph) -> Revision {
    let instances = graph.spec.components.iter().map(|component| Instance {
        id: component.name.to_string(),
        component: component.name.to_string(),
        consumer: None,
        digest: format!("sha256:{:0>64}", component.name.as_str().len()),
    });
    let ledger = Ledger { instances: instances.collect(), ..Ledger::default() };
    let input = input(&graph.spec, "", None);
    let made = Made { input: &input, resolve: "", image: "example/runtime-node:1" };
    let digest = format!("sha256:{:0>64}", "c");
    Revision::new(graph, &ledger, &digest, made)
}

fn children(manifest: &str) -> Children {
    let collector = ServiceName {
        namespace: "observability".to_owned(),
        name: "otelcol".to_owned(),
        certain: true,
    };
    let behind = Service::Pods {
        selector: pairs(&[("app", "otelcol")]),
        targets: BTreeMap::from([(4317, IntOrString::String("otlp".to_owned()))]),
    };
    with_services(manifest, &BTreeMap::from([(collector, behind)]))
}

fn with_services(manifest: &str, services: &Services) -> Children {
    installed(&settings(), manifest, services)
}

fn installed(settings: &Settings, manifest: &str, services: &Services) -> Children {
    let object = object(manifest);
    let accepted = unguard(&object, settings).unwrap();
    let revision = steady(&accepted.graph);
    let plan = Plan {
        accepted: &accepted,
        owner: &object.controller_owner_ref(&()).unwrap(),
        revision: Chosen { name: &revision.name, image: &revision.image, content: Some(&revision) },
        settings,
        services,
        pull_secrets: &[PullSecret {
            name: "registry".to_owned(),
            field: "spec.imagePullSecrets[0].name".to_owned(),
        }],
    };
    build(&plan).with_pods(&accepted.graph, None).unwrap()
}

/// The Deployment of an example.
pub(super) fn deployment() -> Deployment {
    children(EXAMPLE).deployment
}

fn yaml(manifest: &str) -> String {
    let mut children = children(manifest);
    // It says all of the template once more.
    children.deployment.metadata.annotations = None;
    let list = listed(&children).unwrap();
    let documents = list.iter().map(|child| serde_yaml::to_string(&child.object).unwrap());
    documents.collect::<Vec<_>>().join("---\n")
}

#[test]
fn the_children_of_the_examples() {
    expect_file!["../../testdata/capability.yaml"].assert_eq(&yaml(EXAMPLE));
    expect_file!["../../testdata/components.yaml"].assert_eq(&yaml(COMPONENTS));
}

#[test]
fn the_children_of_a_graph_with_everything() {
    let full = r#"
apiVersion: componentgraph.dev/v1alpha1
kind: ComponentGraph
metadata: {name: full}
spec:
  replicas: 3
  autoscaling: {minReplicas: 2, maxReplicas: 9}
  serviceAccountName: theirs
  telemetry:
    endpoint: https://otel.example.com:443
    headers: [{name: x-key, secretKeyRef: {name: otel-key, key: token}}]
    tls: {caSecretRef: {name: otel-ca, key: ca.crt}}
  components:
    - name: guest
      builtin: hello-log
      imports: [otel]
      configFrom:
        - {secretRef: {name: guest-secret}}
        - {key: a, configMapKeyRef: {name: guest.config, key: a}}
    - {name: otel, image: "registry.example.com:5000/otel:1", imports: [grpc, wasip2, api, cache]}
  capabilities:
    - {name: wasip2, type: wasi:p2}
    - {name: grpc, type: grpc, grpc: {url: "http://10.1.2.3:4317", paths: {logs: /a.B/C, traces: /a.B/D}}}
    - {name: api, type: wasi:http, wasiHttp: {allowedHosts: ["@collector", "api.example.com", "*.example.org:8443", "cart", "db.store:81", "other.ns.svc.cluster.local:82"]}}
    - {name: cache, type: wasi:sockets, wasiSockets: {allowedAddresses: ["10.9.0.0/16:6379"]}}
"#;
    expect_file!["../../testdata/full.yaml"].assert_eq(&yaml(full));
}

#[test]
fn images_are_pulled_as_the_installation_and_the_graph_say() {
    let settings = Settings {
        runtime_pull_secrets: vec!["runtime".to_owned(), "both".to_owned()],
        runtime_pull_policy: Some(PullPolicy::Never),
        ..settings()
    };
    let secrets = "spec:\n  imagePullSecrets: [{name: both}, {name: own}]\n";
    let manifest = EXAMPLE.replace("spec:\n", secrets);
    let deployment = installed(&settings, &manifest, &Services::new()).deployment;
    let pod = json!(deployment.spec.unwrap().template.spec);
    let names = json!([{"name": "both"}, {"name": "own"}, {"name": "runtime"}]);
    assert_eq!(pod["imagePullSecrets"], names);
    assert_eq!(pod["containers"][0]["imagePullPolicy"], "Never");
    let pod = json!(super::tests::deployment().spec.unwrap().template.spec);
    assert_eq!(pod.get("imagePullSecrets"), None);
    assert_eq!(pod["containers"][0].get("imagePullPolicy"), None);
}

/// The last rule, which is for the Service.
fn way_to(host: &str, certain: bool, service: Service) -> serde_json::Value {
    let manifest = EXAMPLE
        .replace("      grpc: ", &format!("      grpc:\n        url: http://{host}:81\n      # "));
    let name = ServiceName { namespace: "store".to_owned(), name: "db".to_owned(), certain };
    let children = with_services(&manifest, &BTreeMap::from([(name, service)]));
    let policy = serde_json::to_value(children.network_policy.unwrap()).unwrap();
    let rules = policy["spec"]["egress"].as_array().unwrap();
    rules
        .iter()
        .find(|rule| rule["ports"][0]["port"] != 53 && rule["ports"][0]["port"] != 4317)
        .unwrap()
        .clone()
}

#[test]
fn services_that_stand_for_no_pods_or_cannot_be_seen() {
    let anywhere = json!([
        {"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.0.0/16", "10.96.0.0/16"]}},
        {"ipBlock": {"cidr": "::/0", "except": ["fe80::/10"]}},
    ]);
    let inside =
        json!({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "store"}}});
    let found = way_to("db.store.svc", true, Service::Addresses(BTreeMap::from([(81, 8081)])));
    assert_eq!((&found["to"], &found["ports"][0]["port"]), (&anywhere, &json!(8081)));
    let found = way_to("db.store.svc", true, Service::Hidden);
    assert_eq!((&found["to"], &found["ports"][0]["port"]), (&json!([inside]), &json!(81)));
    let found = way_to("db.store", false, Service::Hidden);
    let mut both = anywhere.as_array().unwrap().clone();
    both.push(inside);
    assert_eq!((&found["to"], &found["ports"][0]["port"]), (&json!(both), &json!(81)));
}

#[test]
fn a_graph_that_asks_for_none_gets_no_policy() {
    let none = EXAMPLE.replace("spec:\n", "spec:\n  networkPolicy: {mode: None}\n");
    assert!(!yaml(&none).contains("NetworkPolicy"));
}
