//! Images, pulled from and pushed to a real registry. What no real registry does to a test, a
//! server of ours does.

mod busy;
pub(crate) mod server;
mod tokens;

use std::collections::BTreeMap;

use artifacts::{
    About, Access, Artifact, CacheFolder, Credentials, Options, digest, load, publish,
};
use expect_test::{Expect, expect};
use graph::{ImageReference, Problem};
use serde_json::{Value, json};

use self::server::{How, PASSWORD, RegistryServer};
use crate::cases::{graph, render};
use crate::files;

fn options(access: Access) -> Options {
    Options { access, ..Options::new(".") }
}

fn logged_in(server: &RegistryServer, password: &str) -> Access {
    let mut credentials = Credentials::default();
    credentials.add(&server.login(password)).unwrap();
    Access { credentials, ..Access::default() }
}

async fn push(server: &RegistryServer, name: &str, bytes: &[u8], access: &Access) -> String {
    let image = ImageReference::parse(&format!("{}/{name}", server.authority())).unwrap();
    let pushed = publish(bytes, &About::default(), &image, &options(access.clone())).await.unwrap();
    assert_eq!(pushed.digest, digest(bytes));
    pushed.image.to_string()
}

async fn pull(component: Value, access: &Access) -> (BTreeMap<String, Artifact>, Vec<Problem>) {
    load(&graph(&json!([component])), &options(access.clone())).await
}

/// What comes of pulling one image, without what differs from run to run.
async fn check(server: &RegistryServer, name: &str, access: &Access, expect: Expect) {
    let image = format!("{}/{name}", server.authority());
    let (artifacts, problems) = pull(json!({"name": "guest", "image": image}), access).await;
    let text = render(&artifacts, &problems).replace(&server.authority(), "$REGISTRY");
    expect.assert_eq(&text.replace(&digest(&files::component()), "$DIGEST"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_pushed_is_pulled_by_tag_and_by_digest() {
    let server = RegistryServer::start(How::default()).await;
    let access = Access::default();
    let pinned = push(&server, "team/guest:1.2", &files::component(), &access).await;
    // Once more changes nothing.
    assert_eq!(push(&server, "team/guest:1.2", &files::component(), &access).await, pinned);
    check(&server, "team/guest:1.2", &access, expect!["loaded: guest\n"]).await;
    let (artifacts, problems) = pull(json!({"name": "guest", "image": pinned}), &access).await;
    assert!(problems.is_empty() && artifacts.contains_key("guest"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_digest_is_taken_wherever_the_tag_leads() {
    let server = RegistryServer::start(How::default()).await;
    let access = Access::default();
    push(&server, "guest:1", &files::component(), &access).await;
    push(&server, "guest:1", b"\0asm\x0d\0\x01\0", &access).await;
    let wanted = digest(&files::component());
    let image = format!("{}/guest:1", server.authority());
    let component = json!({"name": "guest", "image": image, "digest": wanted});
    let (artifacts, problems) = pull(component, &access).await;
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(artifacts["guest"].digest, wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_or_not_a_component_is_told() {
    let server = RegistryServer::start(How::default()).await;
    let access = Access::default();
    check(&server, "guest:1", &access, expect![[r#"
        image-not-found at spec.components[0].image
          component `guest`: image `$REGISTRY/guest:1` is not in the registry, or not for everybody to see: MANIFEST_UNKNOWN: manifest unknown
          fix: correct the reference; if it is not public, log in with `docker login`, or name a pull secret in `imagePullSecrets`
    "#]]).await;
    push(&server, "module:1", b"\0asm\x01\0\0\0", &access).await;
    check(
        &server,
        "module:1",
        &access,
        expect![[r#"
        core-module at spec.components[0].image
          component `guest`: image `$REGISTRY/module:1` is a core module, not a component
          fix: make it a component: wasm-tools component new FILE -o OUT
    "#]],
    )
    .await;
    push(&server, "large:1", &[0; 3000], &access).await;
    let small = Options { max_bytes: 1000, ..options(access) };
    let image = format!("{}/large:1", server.authority());
    let large = graph(&json!([{"name": "guest", "image": image}]));
    let (artifacts, problems) = load(&large, &small).await;
    let text = render(&artifacts, &problems).replace(&server.authority(), "$REGISTRY");
    expect![[r#"
        artifact-too-large at spec.components[0].image
          component `guest`: image `$REGISTRY/large:1` is too large
          expected: at most 1000 bytes
          found: 3000 bytes
          fix: is it the right file? Otherwise build it smaller: optimised, without debug info
    "#]]
    .assert_eq(&text);
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_are_asked_for_and_given() {
    let server = RegistryServer::start(How { password: true, ..How::default() }).await;
    let known = logged_in(&server, PASSWORD);
    push(&server, "guest:1", &files::component(), &known).await;
    check(&server, "guest:1", &known, expect!["loaded: guest\n"]).await;
    check(&server, "guest:1", &Access::default(), expect![[r#"
        image-unauthorized at spec.components[0].image
          component `guest`: image `$REGISTRY/guest:1` cannot be read: the registry refuses whoever has no login: UNAUTHORIZED: authentication required
          fix: log in with `docker login`, or name a pull secret in `imagePullSecrets`
    "#]]).await;
    check(&server, "guest:1", &logged_in(&server, "wrong"), expect![[r#"
        image-unauthorized at spec.components[0].image
          component `guest`: image `$REGISTRY/guest:1` cannot be read: the registry refuses user `anna`: UNAUTHORIZED: authentication required
          fix: check the password, and that this user may read the repository
    "#]]).await;
    let elsewhere = Access { allowed: vec!["ghcr.io".into()], ..known };
    check(&server, "guest:1", &elsewhere, expect![[r#"
        registry-not-allowed at spec.components[0].image
          component `guest`: image `$REGISTRY/guest:1` cannot be read: the registry $REGISTRY is not allowed here
          fix: take it from an allowed registry, or ask whoever installed the operator to allow it
    "#]]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn private_authorities_are_trusted_when_they_are_named() {
    let authority = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let other = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let (certificate, key) = (authority.cert.pem(), authority.signing_key.serialize_pem());
    let tls = Some((certificate.as_str(), key.as_str()));
    let server = RegistryServer::start(How { tls, ..How::default() }).await;
    let trusting = |pem: &str| Access { authorities: Some(pem.to_owned()), ..Access::default() };
    push(&server, "guest:1", &files::component(), &trusting(&certificate)).await;
    check(&server, "guest:1", &trusting(&certificate), expect!["loaded: guest\n"]).await;
    check(&server, "guest:1", &trusting(&other.cert.pem()), expect![[r#"
        untrusted-certificate at spec.components[0].image
          component `guest`: image `$REGISTRY/guest:1` cannot be fetched: the server's certificate is not trusted: invalid peer certificate: BadSignature
          fix: name the certificate of its authority: --registry-ca FILE, or `artifacts.registryCa` of the chart
    "#]]).await;
    check(&server, "guest:1", &trusting("-----BEGIN"), expect![[r#"
        untrusted-certificate at spec.components[0].image
          component `guest`: image `$REGISTRY/guest:1` cannot be fetched: the server's certificate is not trusted: invalid peer certificate: UnknownIssuer
          fix: name the certificate of its authority: --registry-ca FILE, or `artifacts.registryCa` of the chart
    "#]]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_needs_no_registry_unless_others_use_the_folder() {
    let server = RegistryServer::start(How { password: true, ..How::default() }).await;
    let folder = tempfile::tempdir().unwrap();
    let cache =
        |shared| Some(CacheFolder { path: folder.path().to_owned(), max_bytes: 1 << 20, shared });
    let known = Access { cache: cache(true), ..logged_in(&server, PASSWORD) };
    push(&server, "guest:1", &files::component(), &known).await;
    let image = format!("{}/guest:1", server.authority());
    let wanted = digest(&files::component());
    let pinned = json!({"name": "guest", "image": image, "digest": wanted});
    let loads = async |access: &Access| pull(pinned.clone(), access).await.1.is_empty();
    assert!(loads(&known).await);
    // It lies there, and another user of the folder does not get it.
    let stranger = Access { cache: cache(true), ..Access::default() };
    let (_, problems) = pull(pinned.clone(), &stranger).await;
    assert_eq!(problems[0].code, "image-unauthorized");
    drop(server);
    assert!(!loads(&known).await);
    let own = Access { cache: cache(false), ..Access::default() };
    assert!(loads(&own).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn layers_of_oras_are_read() {
    let server = RegistryServer::start(How::default()).await;
    let access = Access::default();
    // Its blobs are there; what differs is the manifest.
    push(&server, "guest:1", &files::component(), &access).await;
    let blob = |kind: &str, bytes: &[u8]| json!({"mediaType": kind, "digest": digest(bytes), "size": bytes.len()});
    let base = format!("http://{}/v2/guest", server.authority());
    let client = reqwest::Client::new();
    let upload = client.post(format!("{base}/blobs/uploads/")).send().await.unwrap();
    let place = upload.headers()["location"].to_str().unwrap().to_owned();
    let url = format!("{place}&digest={}", digest(b"{}"));
    assert!(client.put(url).body("{}").send().await.unwrap().status().is_success());
    let kind = "application/vnd.oci.image.manifest.v1+json";
    let manifest = json!({
        "schemaVersion": 2, "mediaType": kind,
        "artifactType": "application/vnd.unknown.artifact.v1",
        "config": blob("application/vnd.oci.empty.v1+json", b"{}"),
        "layers": [blob("application/vnd.oci.image.layer.v1.tar", &files::component())],
    });
    let put = client.put(format!("{base}/manifests/oras")).header("content-type", kind);
    let put = put.body(manifest.to_string()).send().await.unwrap();
    assert!(put.status().is_success(), "{}", put.text().await.unwrap());
    check(&server, "guest:oras", &access, expect!["loaded: guest\n"]).await;
}
