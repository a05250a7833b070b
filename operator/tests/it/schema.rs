//! What the API server itself refuses, beside what the check says of the same object: whatever the
//! server refuses, the check refuses at the same field.

use std::fmt::Write;

use expect_test::expect_file;
use graph::Target;
use kube::Error;
use kube::core::Status;
use serde_json::{Value, json};

use crate::world::{COMPONENTS, EXAMPLE, World};

const GOOD: [&str; 5] = [
    EXAMPLE,
    COMPONENTS,
    include_str!("../../../crates/graph/testdata/good/full.yaml"),
    include_str!("../../../crates/graph/testdata/good/from-cluster.yaml"),
    include_str!("../../../crates/graph/testdata/good/laptop-file.yaml"),
];

#[tokio::test]
async fn good_manifests_are_taken() {
    let world = World::new("good").await;
    for manifest in GOOD {
        let read = graph::read(manifest.as_bytes(), "graph", Target::Laptop).unwrap();
        if let Err(refused) = create(&world, &json!(read.graph)).await {
            panic!("{}: {}", read.graph.metadata.name, refused.message);
        }
    }
}

#[tokio::test]
async fn what_the_server_refuses_the_check_refuses_too() {
    let world = World::new("refused").await;
    let mut text = String::new();
    let mut disagreements = Vec::new();
    for (what, edit) in bad() {
        let mut object: Value = serde_yaml::from_str(EXAMPLE).unwrap();
        edit(&mut object);
        let server = match create(&world, &object).await {
            Ok(()) => panic!("{what}: the server takes it"),
            Err(refused) => said(&refused),
        };
        let check = checked(&object);
        let _ = writeln!(text, "{what}");
        for (field, message) in &server {
            let _ = writeln!(text, "  server: {field}: {message}");
            if !check.iter().any(|(at, _)| is_about(at, field)) {
                disagreements.push(format!("{what}: {field}"));
            }
        }
        // Beside it stand problems that follow from it, such as names that are unknown now.
        for (field, code) in check.iter().filter(|c| server.iter().any(|s| is_about(&c.0, &s.0))) {
            let _ = writeln!(text, "  check:  {field}: {code}");
        }
    }
    expect_file!["../golden/refused.txt"].assert_eq(&text);
    assert_eq!(disagreements, Vec::<String>::new());
}

/// A server names the entry of a list where the check names the field inside that repeats another.
fn is_about(check: &str, server: &str) -> bool {
    let server = server.trim_start_matches('.');
    check == server || check.strip_prefix(server).is_some_and(|rest| rest.starts_with(['.', '[']))
}

async fn create(world: &World, object: &Value) -> Result<(), Status> {
    let (group, version) = graph::API_VERSION.split_once('/').unwrap();
    let uri = format!(
        "/apis/{group}/{version}/namespaces/{}/{}?dryRun=All&fieldValidation=Strict",
        world.namespace,
        graph::PLURAL
    );
    let mut object = object.clone();
    if let Some(metadata) = object["metadata"].as_object_mut() {
        for key in ["namespace", "uid", "resourceVersion", "managedFields"] {
            metadata.remove(key);
        }
    }
    let request = http::Request::post(uri).header("content-type", "application/json");
    let request = request.body(object.to_string().into_bytes()).unwrap();
    match world.client.request::<Value>(request).await {
        Ok(_) => Ok(()),
        Err(Error::Api(status)) => Err(*status),
        Err(error) => panic!("{error}"),
    }
}

/// Field and message of each cause, or the one message there is.
fn said(status: &Status) -> Vec<(String, String)> {
    let causes = status.details.iter().flat_map(|details| &details.causes);
    let causes: Vec<_> = causes
        .filter(|cause| !cause.field.is_empty() && cause.field != "<nil>")
        .map(|cause| (cause.field.clone(), cut(&cause.message)))
        .collect();
    if !causes.is_empty() {
        return causes;
    }
    // A key that nobody knows is found before there is a field to speak of.
    let found = regex::Regex::new(r#"unknown field "([^"]+)""#).unwrap().captures(&status.message);
    let field = found.map_or_else(String::new, |found| found[1].to_owned());
    vec![(field, cut(&status.message))]
}

fn cut(text: &str) -> String {
    text.chars().take(200).collect()
}

/// Field and code of each problem.
fn checked(object: &Value) -> Vec<(String, &'static str)> {
    let problems = graph::read(object.to_string().as_bytes(), "graph", Target::Cluster);
    let problems = problems.err().map(|problems| problems.list().to_vec()).unwrap_or_default();
    problems.into_iter().map(|problem| (problem.field, problem.code)).collect()
}

type Edit = Box<dyn Fn(&mut Value)>;

/// Puts a value at a JSON pointer whose last part need not exist.
fn set(at: &'static str, value: Value) -> Edit {
    Box::new(move |object| {
        let (parent, key) = at.rsplit_once('/').unwrap();
        let parent = object.pointer_mut(parent).unwrap();
        match key.parse::<usize>() {
            Ok(index) if parent.is_array() => match parent.as_array_mut().unwrap() {
                list if index < list.len() => list[index] = value.clone(),
                list => list.push(value.clone()),
            },
            _ => parent[key] = value.clone(),
        }
    })
}

fn many(at: &'static str, count: usize, entry: impl Fn(usize) -> Value) -> Edit {
    set(at, (0..count).map(entry).collect())
}

fn component(number: usize) -> Value {
    json!({"name": format!("c{number}"), "builtin": "hello-log"})
}

fn bad() -> Vec<(&'static str, Edit)> {
    let guest = |key: &str, value: Value| {
        let mut guest = json!({"name": "guest", "builtin": "hello-log"});
        guest[key] = value;
        guest
    };
    vec![
        ("a graph name with a capital", set("/metadata/name", json!("Shop"))),
        ("a graph name that begins with a digit", set("/metadata/name", json!("1shop"))),
        ("a graph name of 53 letters", set("/metadata/name", json!("a".repeat(53)))),
        ("no spec", Box::new(|object| drop(object.as_object_mut().unwrap().remove("spec")))),
        ("no components", set("/spec/components", json!([]))),
        ("129 components", many("/spec/components", 129, component)),
        ("a component without a name", set("/spec/components/0", json!({"builtin": "hello-log"}))),
        ("a component name with a capital", set("/spec/components/0/name", json!("Guest"))),
        ("a component name of 64 letters", set("/spec/components/0/name", json!("g".repeat(64)))),
        (
            "a component twice",
            set("/spec/components/1", json!({"name": "guest", "builtin": "hello-log"})),
        ),
        ("a component named like a capability", set("/spec/components/0/name", json!("grpc"))),
        ("no source", set("/spec/components/0", json!({"name": "guest"}))),
        ("two sources", set("/spec/components/0/image", json!("example/a:1"))),
        (
            "a URL without a digest",
            set("/spec/components/0", json!({"name": "g", "url": "https://example.com/a.wasm"})),
        ),
        ("a short digest", set("/spec/components/0/digest", json!("sha256:12"))),
        (
            "a ConfigMap without its key",
            set("/spec/components/0", json!({"name": "g", "configMapKeyRef": {"name": "a"}})),
        ),
        ("an import twice", set("/spec/components/0/imports", json!(["otel", "otel"]))),
        ("33 imports", many("/spec/components/0/imports", 33, |n| json!(format!("i{n}")))),
        (
            "a link that lacks its provider",
            set("/spec/components/0", guest("links", json!([{"import": "a:b/c"}]))),
        ),
        (
            "a variable twice",
            set(
                "/spec/components/0",
                guest("env", json!([{"name": "A", "value": "1"}, {"name": "A", "value": "2"}])),
            ),
        ),
        (
            "a key of a whole Secret",
            set(
                "/spec/components/0",
                guest("configFrom", json!([{"key": "a", "secretRef": {"name": "s"}}])),
            ),
        ),
        (
            "a Secret's key without a name for it",
            set(
                "/spec/components/0",
                guest("configFrom", json!([{"secretKeyRef": {"name": "s", "key": "k"}}])),
            ),
        ),
        ("config that is no text", set("/spec/components/0", guest("config", json!({"a": 1})))),
        ("instances in a word of its own", set("/spec/components/0/instances", json!("Two"))),
        ("an unknown key", set("/spec/components/0/imprts", json!(["otel"]))),
        ("an unknown key of the spec", set("/spec/flavour", json!("sweet"))),
        (
            "65 capabilities",
            many("/spec/capabilities", 65, |n| json!({"name": format!("k{n}"), "type": "wasi:p2"})),
        ),
        ("an unknown type of capability", set("/spec/capabilities/0/type", json!("grcp"))),
        ("options of another type", set("/spec/capabilities/1/wasiHttp", json!({}))),
        (
            "gRPC without paths",
            set("/spec/capabilities/0", json!({"name": "grpc", "type": "grpc"})),
        ),
        (
            "a gRPC path without a method",
            set("/spec/capabilities/0/grpc/paths/logs", json!("/logs")),
        ),
        ("a port that is none", set("/spec/http/port", json!(65536))),
        ("a route's path without a slash", set("/spec/http/routes/0/path", json!("log"))),
        ("a method that is none", set("/spec/http/routes/0/method", json!("post"))),
        ("a text for a number", set("/spec/replicas", json!("2"))),
        ("fewer pods than none", set("/spec/replicas", json!(-1))),
        (
            "bounds in the wrong order",
            set("/spec/autoscaling", json!({"minReplicas": 5, "maxReplicas": 2})),
        ),
        (
            "more invocations than a process holds",
            set("/spec/limits", json!({"concurrency": 24_001})),
        ),
        ("a header without a value", set("/spec/telemetry", json!({"headers": [{"name": "a"}]}))),
        (
            "a pull secret twice",
            set("/spec/imagePullSecrets", json!([{"name": "a"}, {"name": "a"}])),
        ),
        ("a policy mode that is none", set("/spec/networkPolicy", json!({"mode": "Off"}))),
    ]
}
