//! What a user reads when a component cannot be had from its registry.

use std::fmt::Write;

use expect_test::expect_file;
use operator::settings::Settings;
use serde_json::json;

use super::server::{How, PASSWORD, RegistryServer};
use super::{
    PULLER, WITH_SECRET, guest, manifest, push, push_trusting, store_login, with_password,
};
use crate::mistakes::refusal;
use crate::world::{EXAMPLE, Meter, NAME, World, settings};

#[tokio::test]
async fn each_mistake_with_a_registry_has_its_reason() {
    let world = World::new("registry-mistakes").await;
    let server = with_password().await;
    push(&server, "module:1", b"\0asm\x01\0\0\0").await;
    push(&server, "large:1", &vec![0; (64 << 20) + 1]).await;
    store_login(&world, &server.login(PASSWORD)).await;
    store_no_login(&world).await;
    let mut text = String::new();
    // Nobody has bound the role yet.
    let unreadable = manifest(&server, "hello-log:1", WITH_SECRET);
    refused(&mut text, &world, "a secret that may not be read", &unreadable, settings()).await;
    world.bind(PULLER).await;
    let secret = |name: &str| {
        let secrets = format!("  imagePullSecrets: [{{name: {name}}}]\n");
        manifest(&server, "hello-log:1", &secrets)
    };
    let from = |image: &str| {
        let image = format!("image: \"{image}\"");
        EXAMPLE.replace("builtin: hello-log", &image)
    };
    let cases = [
        ("not there", manifest(&server, "hello-log:2", WITH_SECRET)),
        ("no login", manifest(&server, "hello-log:1", "")),
        ("a secret that is not there", secret("nobody")),
        ("a secret without a login", secret("no-login")),
        ("a module", manifest(&server, "module:1", WITH_SECRET)),
        ("too large", manifest(&server, "large:1", WITH_SECRET)),
        ("an address of the machine's own network", from("169.254.169.254/hello-log:1")),
        ("nobody listens", from("127.0.0.1:1/hello-log:1")),
    ];
    for (number, (_, manifest)) in cases.iter().enumerate() {
        world.apply(&manifest.replace(NAME, &format!("graph-{number}"))).await;
    }
    let operator = world.operator();
    for (number, (what, _)) in cases.iter().enumerate() {
        let _ = writeln!(text, "{what}\n{}", refusal(&world, &format!("graph-{number}")).await);
    }
    operator.stop().await;
    let strict = Settings { allowed_registries: vec!["ghcr.io".to_owned()], ..settings() };
    let elsewhere = manifest(&server, "hello-log:1", WITH_SECRET);
    refused(&mut text, &world, "another registry", &elsewhere, strict).await;
    let text = text.replace(&server.authority(), "REGISTRY");
    expect_file!["../../golden/registry.txt"].assert_eq(&world.steady(&text));
}

#[tokio::test]
async fn a_registry_is_believed_by_its_authority_alone() {
    let world = World::new("registry-authority").await;
    let [own, other] =
        [(); 2].map(|()| rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap());
    let (certificate, key) = (own.cert.pem(), own.signing_key.serialize_pem());
    let tls = Some((certificate.as_str(), key.as_str()));
    let server = RegistryServer::start(How { tls, ..How::default() }).await;
    push_trusting(&server, "hello-log:1", &guest(), Some(certificate.clone())).await;
    let trusting = |pem: String| Settings { registry_ca: Some(pem), ..settings() };
    let manifest = manifest(&server, "hello-log:1", "");
    let mut text = String::new();
    let wrong = trusting(other.cert.pem());
    refused(&mut text, &world, "another authority", &manifest, wrong).await;
    let text = text.replace(&server.authority(), "REGISTRY");
    expect_file!["../../golden/authority.txt"].assert_eq(&text);
    let operator = world.operator_with(trusting(certificate), Meter::default());
    world.rolled("another-authority").await;
    operator.stop().await;
}

/// What a graph is refused for by an operator with these settings, which stops then.
async fn refused(text: &mut String, world: &World, what: &str, manifest: &str, settings: Settings) {
    let name = what.replace(' ', "-");
    world.apply(&manifest.replace(NAME, &name)).await;
    let operator = world.operator_with(settings, Meter::default());
    let _ = writeln!(text, "{what}\n{}", refusal(world, &name).await);
    operator.stop().await;
}

/// A secret of another form than logins have.
async fn store_no_login(world: &World) {
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "stringData": {"password": "a"},
        "metadata": {"name": "no-login", "namespace": world.namespace}});
    world.put(&secret).await;
}
