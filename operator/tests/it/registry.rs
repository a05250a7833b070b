//! Components from a real registry: who may read them, what happens when a tag moves, and what a
//! user reads when something is wrong.

use std::fmt::Write;

use artifacts::{About, Access, Credentials, Options, publish};
use expect_test::expect_file;
use graph::ImageReference;
use operator::settings::Settings;
use serde_json::{Value, json};

use self::server::{How, PASSWORD, RegistryServer};
use crate::mistakes::refusal;
use crate::world::{EXAMPLE, Meter, NAME, World, settings, until};

#[path = "../../../crates/artifacts/tests/it/registry/server.rs"]
mod server;

const SECRET: &str = "registry";
const PULLER: &str = "puller";

async fn push(server: &RegistryServer, name: &str, bytes: &[u8]) {
    let mut credentials = Credentials::default();
    credentials.add(&server.login(PASSWORD)).unwrap();
    let access = Access { credentials, ..Access::default() };
    let image = ImageReference::parse(&format!("{}/{name}", server.authority())).unwrap();
    let options = Options { access, ..Options::new(".") };
    publish(bytes, &About::default(), &image, &options).await.unwrap();
}

fn guest() -> Vec<u8> {
    artifacts::builtin("hello-log").unwrap().to_vec()
}

/// The example with its guest from a registry.
fn manifest(server: &RegistryServer, image: &str, more: &str) -> String {
    let image = format!("image: \"{}/{image}\"", server.authority());
    let example = EXAMPLE.replace("builtin: hello-log", &image);
    example.replace("spec:\n", &format!("spec:\n{more}"))
}

const WITH_SECRET: &str = "  imagePullSecrets: [{name: registry}]\n";

async fn store(world: &World, config: &str) {
    let mut secret = json!({"apiVersion": "v1", "kind": "Secret",
        "type": "kubernetes.io/dockerconfigjson",
        "metadata": {"name": SECRET, "namespace": world.namespace}});
    secret["stringData"] = json!({".dockerconfigjson": config});
    world.put(&secret).await;
}

#[tokio::test]
async fn a_component_is_pulled_with_the_login_of_its_namespace() {
    let world = World::new("registry").await;
    let server = RegistryServer::start(How { password: true, ..How::default() }).await;
    push(&server, "hello-log:1", &guest()).await;
    store(&world, &server.login(PASSWORD)).await;
    let operator = world.operator();
    world.apply(&manifest(&server, "hello-log:1", WITH_SECRET)).await;
    let graph = world.condition(NAME, "Resolved", "PullSecretNotReadable").await;
    let message = graph["status"]["summary"].as_str().unwrap();
    assert!(message.contains("spec.imagePullSecrets[0].name"), "{message}");
    // Nothing but the right is missing, and nobody needs to touch the graph.
    world.bind(PULLER).await;
    let first = world.rolled(NAME).await;
    let digest = |graph: &Value| graph["status"]["components"][0]["digest"].clone();
    assert_eq!(digest(&first), artifacts::digest(&guest()));

    let pod = world.deployment(NAME).await["spec"]["template"]["spec"].clone();
    let mounts = pod["containers"][0]["volumeMounts"].to_string();
    assert!(mounts.contains("/etc/componentgraph/pull-secrets/registry"), "{mounts}");

    // The tag moves: nothing happens until it is asked for.
    let mut other = guest();
    other.extend([0, 2, 1, b'x']);
    push(&server, "hello-log:1", &other).await;
    let limits = json!({"spec": {"limits": {"concurrency": 7}}});
    world.edit(NAME, limits).await;
    let changed = world.rolled(NAME).await;
    assert_ne!(changed["status"]["revision"], first["status"]["revision"]);
    assert_eq!(digest(&changed), digest(&first));
    let asked = json!({"metadata": {"annotations": {"componentgraph.dev/resolve": "1"}}});
    world.edit(NAME, asked).await;
    until("the new bytes are taken", async || {
        (digest(&world.graph(NAME).await) == artifacts::digest(&other)).then_some(())
    })
    .await;
    operator.stop().await;
}

#[tokio::test]
async fn the_account_of_the_pods_brings_its_logins() {
    let world = World::new("registry-account").await;
    let server = RegistryServer::start(How { password: true, ..How::default() }).await;
    push(&server, "hello-log:1", &guest()).await;
    store(&world, &server.login(PASSWORD)).await;
    world.bind(PULLER).await;
    world
        .put(&json!({"apiVersion": "v1", "kind": "ServiceAccount",
            "metadata": {"name": "theirs", "namespace": world.namespace},
            "imagePullSecrets": [{"name": SECRET}]}))
        .await;
    let operator = world.operator();
    let account = "  serviceAccountName: theirs\n";
    world.apply(&manifest(&server, "hello-log:1", account)).await;
    world.rolled(NAME).await;
    let pod = world.deployment(NAME).await["spec"]["template"]["spec"]["volumes"].to_string();
    assert!(pod.contains("\"secretName\":\"registry\""), "{pod}");
    operator.stop().await;
}

/// Each mistake with what a user reads.
#[tokio::test]
async fn each_mistake_with_a_registry_has_its_reason() {
    let world = World::new("registry-mistakes").await;
    let server = RegistryServer::start(How { password: true, ..How::default() }).await;
    push(&server, "hello-log:1", &guest()).await;
    push(&server, "module:1", b"\0asm\x01\0\0\0").await;
    push(&server, "large:1", &vec![0; (64 << 20) + 1]).await;
    world.bind(PULLER).await;
    store(&world, &server.login(PASSWORD)).await;
    let cases = [
        ("not there", manifest(&server, "hello-log:2", WITH_SECRET)),
        ("no login", manifest(&server, "hello-log:1", "")),
        ("a secret that is not there", {
            let absent = "  imagePullSecrets: [{name: nobody}]\n";
            manifest(&server, "hello-log:1", absent)
        }),
        ("a module", manifest(&server, "module:1", WITH_SECRET)),
        ("too large", manifest(&server, "large:1", WITH_SECRET)),
        ("an address of the machine's own network", {
            EXAMPLE.replace("builtin: hello-log", "image: \"169.254.169.254/hello-log:1\"")
        }),
        ("nobody listens", {
            EXAMPLE.replace("builtin: hello-log", "image: \"127.0.0.1:1/hello-log:1\"")
        }),
    ];
    for (number, (_, manifest)) in cases.iter().enumerate() {
        world.apply(&manifest.replace(NAME, &format!("graph-{number}"))).await;
    }
    let operator = world.operator();
    let mut text = String::new();
    for (number, (what, _)) in cases.iter().enumerate() {
        let _ = writeln!(text, "{what}\n{}", refusal(&world, &format!("graph-{number}")).await);
    }
    operator.stop().await;

    let strict = Settings { allowed_registries: vec!["ghcr.io".to_owned()], ..settings() };
    let operator = world.operator_with(strict, Meter::default());
    world.apply(&manifest(&server, "hello-log:1", WITH_SECRET).replace(NAME, "refused")).await;
    let _ = writeln!(text, "another registry\n{}", refusal(&world, "refused").await);
    let text = world.steady(&text).replace(&server.authority(), "REGISTRY");
    expect_file!["../golden/registry.txt"].assert_eq(&text);
    operator.stop().await;
}
