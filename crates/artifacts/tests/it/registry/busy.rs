//! A registry that is busy for a while, that serves other bytes than it says, or that leads to
//! places nobody should ask: a server of ours, since no real one can be made to.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use artifacts::{Access, digest};
use bytes::Bytes;
use http_body_util::Full;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpListener;

use super::pull;
use crate::files;

type Answer = Response<Full<Bytes>>;

/// Serves until the test ends; gives its authority and how often it was asked.
async fn serve(answer: fn(u32, &str) -> Answer) -> (String, Arc<AtomicU32>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let authority = listener.local_addr().unwrap().to_string();
    let asked = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let count = Arc::clone(&count);
            let service = service_fn(move |request: Request<hyper::body::Incoming>| {
                let turn = count.fetch_add(1, Ordering::SeqCst);
                let answer = answer(turn, request.uri().path());
                async move { Ok::<_, Infallible>(answer) }
            });
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service);
            tokio::spawn(async move { drop(connection.await) });
        }
    });
    (authority, asked)
}

fn status(status: u16) -> Answer {
    Response::builder().status(status).body(Full::default()).unwrap()
}

fn whole(bytes: impl Into<Bytes>) -> Answer {
    Response::new(Full::new(bytes.into()))
}

fn image(path: &str, bytes: Vec<u8>) -> Answer {
    if path.contains("/manifests/") {
        let layer = json!({"digest": digest(&files::component()), "size": 1});
        return whole(json!({"layers": [layer]}).to_string());
    }
    whole(bytes)
}

async fn problem(authority: &str) -> Option<(&'static str, String)> {
    let component = json!({"name": "guest", "image": format!("{authority}/guest:1")});
    let (_, problems) = pull(component, &Access::default()).await;
    problems.into_iter().next().map(|problem| (problem.code, problem.message))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_registry_is_asked_again() {
    let (authority, asked) = serve(|turn, path| match turn {
        0 => status(503),
        1 => status(429),
        _ => image(path, files::component()),
    })
    .await;
    assert_eq!(problem(&authority).await, None);
    assert_eq!(asked.load(Ordering::SeqCst), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_that_stays_busy_is_told() {
    let (authority, asked) = serve(|_, _| status(503)).await;
    let (code, message) = problem(&authority).await.unwrap();
    assert_eq!(code, "fetch-failed");
    assert!(message.contains("the registry answered 503"), "{message}");
    assert_eq!(asked.load(Ordering::SeqCst), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_bytes_than_announced_are_refused() {
    let (authority, _) = serve(|_, path| image(path, b"something else".to_vec())).await;
    assert_eq!(problem(&authority).await.unwrap().0, "digest-mismatch");
}

/// Nobody is asked, so that the name of a public one is safe here.
#[tokio::test]
async fn a_registry_is_allowed_by_the_name_people_write() {
    let access = Access { allowed: vec!["ghcr.io".into()], ..Access::default() };
    let (_, problems) = pull(json!({"name": "guest", "image": "guest:1"}), &access).await;
    assert_eq!(problems[0].code, "registry-not-allowed");
    assert!(problems[0].message.contains("the registry docker.io is"), "{}", problems[0].message);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_led_to_link_local_addresses() {
    let (authority, asked) = serve(|_, _| {
        let to = "http://169.254.169.254/latest/meta-data";
        Response::builder().status(307).header("location", to).body(Full::default()).unwrap()
    })
    .await;
    assert_eq!(problem(&authority).await.unwrap().0, "address-prohibited");
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    let realm = r#"Bearer realm="http://169.254.169.254/token",service="x""#;
    let (authority, _) = serve(|_, _| {
        let realm = r#"Bearer realm="http://169.254.169.254/token",service="x""#;
        let answer = Response::builder().status(401).header("www-authenticate", realm);
        answer.body(Full::default()).unwrap()
    })
    .await;
    assert_eq!(problem(&authority).await.unwrap().0, "address-prohibited", "{realm}");
    let direct = problem("169.254.169.254:80").await.unwrap();
    assert_eq!(direct.0, "address-prohibited");
}
