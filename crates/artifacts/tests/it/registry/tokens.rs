//! A registry that wants tokens, as the large public ones do: a real one, and a server of tokens
//! that it trusts. The latter gives everybody the right to pull from `open/`, and the rest to
//! whoever has the password.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use artifacts::Access;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use expect_test::expect;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rcgen::CertifiedKey;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::json;
use tokio::net::TcpListener;

use super::server::{How, PASSWORD, RegistryServer, USER};
use super::{check, logged_in, push};
use crate::files;

struct Issuer(CertifiedKey<rcgen::KeyPair>);

impl Issuer {
    fn token(&self, scope: &str, is_known: bool) -> String {
        let mut parts = scope.splitn(3, ':').skip(1);
        let (name, actions) = (parts.next().unwrap(), parts.next().unwrap());
        let actions: Vec<&str> = match (is_known, name.starts_with("open/")) {
            (true, _) => actions.split(',').collect(),
            (false, true) => vec!["pull"],
            (false, false) => Vec::new(),
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let claims = json!({
            "iss": "test", "aud": "test", "sub": USER, "jti": "1",
            "exp": now + 300, "nbf": now - 10, "iat": now - 10,
            "access": [{"type": "repository", "name": name, "actions": actions}],
        });
        let certificate = STANDARD.encode(self.0.cert.der());
        let header = json!({"typ": "JWT", "alg": "ES256", "x5c": [certificate]});
        let part = |json: serde_json::Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let key = EcdsaKeyPair::from_pkcs8(
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            &self.0.signing_key.serialize_der(),
            &SystemRandom::new(),
        );
        let signature = key.unwrap().sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

fn answer(issuer: &Issuer, request: &Request<Incoming>) -> Response<Full<Bytes>> {
    let query = request.uri().query().unwrap_or_default().replace("%3A", ":");
    let query = query.replace("%2F", "/").replace("%2C", ",");
    let scope = query.split('&').find_map(|pair| pair.strip_prefix("scope=")).unwrap();
    let right = format!("Basic {}", STANDARD.encode(format!("{USER}:{PASSWORD}")));
    let given = request.headers().get("authorization").map(|value| value.to_str().unwrap());
    if given.is_some_and(|given| given != right) {
        return Response::builder().status(401).body(Full::default()).unwrap();
    }
    let token = issuer.token(scope, given.is_some());
    Response::new(Full::new(json!({"token": token}).to_string().into()))
}

/// Address of the tokens' server.
async fn serve(issuer: Issuer) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let realm = format!("http://{}/token", listener.local_addr().unwrap());
    let issuer = Arc::new(issuer);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let issuer = Arc::clone(&issuer);
            let service = service_fn(move |request| {
                let answer = answer(&issuer, &request);
                async move { Ok::<_, Infallible>(answer) }
            });
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service);
            tokio::spawn(async move { drop(connection.await) });
        }
    });
    realm
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_fetched_with_and_without_a_login() {
    let issuer = Issuer(rcgen::generate_simple_self_signed(["issuer".to_owned()]).unwrap());
    let certificate = issuer.0.cert.pem();
    let realm = serve(issuer).await;
    let tokens = Some((realm.as_str(), certificate.as_str()));
    let server = RegistryServer::start(How { tokens, ..How::default() }).await;
    let known = logged_in(&server, PASSWORD);
    for name in ["open/guest:1", "team/guest:1"] {
        push(&server, name, &files::component(), &known).await;
        check(&server, name, &known, expect!["loaded: guest\n"]).await;
    }
    let nobody = Access::default();
    check(&server, "open/guest:1", &nobody, expect!["loaded: guest\n"]).await;
    check(&server, "team/guest:1", &nobody, expect![[r#"
        image-unauthorized at spec.components[0].image
          component `guest`: image `$REGISTRY/team/guest:1` cannot be read: the registry refuses whoever has no login: UNAUTHORIZED: authentication required
          fix: log in with `docker login`, or name a pull secret in `imagePullSecrets`
    "#]]).await;
    check(&server, "open/guest:1", &logged_in(&server, "wrong"), expect![[r#"
        image-unauthorized at spec.components[0].image
          component `guest`: image `$REGISTRY/open/guest:1` cannot be read: the registry refuses user `anna`: 401 Unauthorized
          fix: check the password, and that this user may read the repository
    "#]]).await;
}
