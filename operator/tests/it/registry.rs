//! Components from a real registry: who may read them, and what happens when a tag moves.

mod mistakes;
#[path = "../../../crates/artifacts/tests/it/registry/server.rs"]
mod server;

use artifacts::{About, Access, Credentials, Options, publish};
use graph::ImageReference;
use serde_json::{Value, json};

use self::server::{How, PASSWORD, RegistryServer};
use crate::world::{EXAMPLE, NAME, World, until};

const SECRET: &str = "registry";
const PULLER: &str = "puller";

async fn push(server: &RegistryServer, name: &str, bytes: &[u8]) {
    push_trusting(server, name, bytes, None).await;
}

/// With the certificate of the registry's authority, if it has one.
async fn push_trusting(
    server: &RegistryServer,
    name: &str,
    bytes: &[u8],
    authorities: Option<String>,
) {
    let mut credentials = Credentials::default();
    credentials.add(&server.login(PASSWORD)).unwrap();
    let access = Access { credentials, authorities, ..Access::default() };
    let image = ImageReference::parse(&format!("{}/{name}", server.authority())).unwrap();
    let options = Options { access, ..Options::new(".") };
    publish(bytes, &About::default(), &image, &options).await.unwrap();
}

/// A registry for who has the password, with the guest in it.
async fn with_password() -> RegistryServer {
    let server = RegistryServer::start(How { password: true, ..How::default() }).await;
    push(&server, "hello-log:1", &guest()).await;
    server
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

async fn store_login(world: &World, config: &str) {
    let mut secret = json!({"apiVersion": "v1", "kind": "Secret",
        "type": "kubernetes.io/dockerconfigjson",
        "metadata": {"name": SECRET, "namespace": world.namespace}});
    secret["stringData"] = json!({".dockerconfigjson": config});
    world.put(&secret).await;
}

#[tokio::test]
async fn a_component_is_pulled_with_the_login_of_its_namespace() {
    let world = World::new("registry").await;
    let server = with_password().await;
    store_login(&world, &server.login(PASSWORD)).await;
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
    let server = with_password().await;
    store_login(&world, &server.login(PASSWORD)).await;
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
