//! Requests through a client, without a guest.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use expect_test::{Expect, expect};
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, Full};
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody};

use super::server::{Server, closed_port};
use crate::host::Witness;
use crate::host::wasi_http::call::Call;
use crate::host::wasi_http::{AllowList, Client, Limits};

fn client(allowed: &[String]) -> Arc<Client> {
    Arc::new(Client::new(AllowList::parse(allowed, None).unwrap(), Limits::default()))
}

fn body(bytes: Vec<u8>) -> WasiBody {
    Full::new(Bytes::from(bytes)).map_err(|never| match never {}).boxed_unsync()
}

fn grpc(uri: &str, bytes: Vec<u8>) -> Request<WasiBody> {
    let request =
        Request::post(uri).header("content-type", "application/grpc").header("te", "trailers");
    request.body(body(bytes)).unwrap()
}

/// As long as a busy machine may need for what does happen.
const PATIENCE: Duration = Duration::from_secs(10);
/// What is waited for what never happens.
const SHORT: Duration = Duration::from_millis(200);

fn waits(first_byte: Duration, between_bytes: Duration) -> Option<RequestOptions> {
    Some(RequestOptions {
        connect_timeout: Some(PATIENCE),
        first_byte_timeout: Some(first_byte),
        between_bytes_timeout: Some(between_bytes),
    })
}

struct Answer {
    length: usize,
    trailers: Option<HeaderMap>,
    head: HeaderMap,
}

async fn send(
    client: &Arc<Client>,
    request: Request<WasiBody>,
    witness: &Arc<Witness>,
) -> Result<Answer, Error> {
    let call = Call::begin(witness);
    let options = match request.uri().path() {
        "/t.T/Never" => waits(SHORT, PATIENCE),
        "/t.T/Stall" => waits(PATIENCE, SHORT),
        _ => waits(PATIENCE, PATIENCE),
    };
    let response = Arc::clone(client).send(request, options, Some(call)).await?;
    let (parts, body) = response.into_parts();
    let body = body.collect().await?;
    let trailers = body.trailers().cloned();
    Ok(Answer { length: body.to_bytes().len(), trailers, head: parts.headers })
}

/// One call each to a server that behaves as the method says: what the guest gets, what the
/// witness saw.
async fn check(methods: &[&str], expect: Expect) {
    let server = Server::start().await;
    let client = client(&[server.address.to_string()]);
    let mut text = String::new();
    for method in methods {
        let witness = Arc::new(Witness::default());
        let uri = format!("http://{}/t.T/{method}", server.address);
        let got = match send(&client, grpc(&uri, vec![1; 100]), &witness).await {
            Ok(Answer { length, trailers, .. }) => format!("{length} bytes, {trailers:?}"),
            Err(error) => format!("{error:?}"),
        };
        assert_eq!(witness.calls(), 1);
        let seen = format!("{} ok, {:?}", witness.ok(), witness.last_error());
        text.push_str(&format!("{method}: {got}; {seen}\n"));
    }
    expect.assert_eq(&text);
}

#[tokio::test]
async fn a_status_counts_in_trailers_or_in_the_head_alone() {
    let methods = ["Ok", "Status14", "TrailersOnly0", "TrailersOnly13"];
    check(
        &methods,
        expect![[r#"
        Ok: 5 bytes, Some({"grpc-status": "0"}); 1 ok, None
        Status14: 0 bytes, Some({"grpc-status": "14"}); 0 ok, Some("grpc-status 14")
        TrailersOnly0: 0 bytes, None; 1 ok, None
        TrailersOnly13: 0 bytes, None; 0 ok, Some("grpc-status 13")
    "#]],
    )
    .await;
}

#[tokio::test]
async fn no_status_is_a_failure() {
    check(
        &["NoStatus", "StatusBeforeData", "Http503"],
        expect![[r#"
        NoStatus: 5 bytes, None; 0 ok, Some("the response has no grpc-status")
        StatusBeforeData: 5 bytes, None; 0 ok, Some("the response has no grpc-status")
        Http503: 0 bytes, None; 0 ok, Some("HTTP status 503")
    "#]],
    )
    .await;
}

#[tokio::test]
async fn resets_and_silence_are_failures() {
    check(
        &["Reset", "ResetAtOnce", "Never", "Stall"],
        expect![[r#"
            Reset: HttpProtocolError; 0 ok, Some("HTTP protocol error")
            ResetAtOnce: HttpProtocolError; 0 ok, Some("HTTP protocol error")
            Never: ConnectionReadTimeout; 0 ok, Some("connection read timeout")
            Stall: ConnectionReadTimeout; 0 ok, Some("connection read timeout")
        "#]],
    )
    .await;
}

#[tokio::test]
async fn bodies_of_any_size_pass() {
    let server = Server::start().await;
    let client = client(&[server.address.to_string()]);
    let witness = Arc::new(Witness::default());
    let uri = format!("http://{}/t.T/Ok", server.address);
    let answer = send(&client, grpc(&uri, vec![1; 3 << 20]), &witness).await.unwrap();
    assert_eq!(answer.head["x-length"], (3 << 20).to_string());
    let uri = format!("http://{}/t.T/Big", server.address);
    let answer = send(&client, grpc(&uri, Vec::new()), &witness).await.unwrap();
    assert_eq!(answer.length, 3 << 20);
    assert_eq!(answer.trailers.unwrap()["grpc-status"], "0");
    assert_eq!((witness.calls(), witness.ok()), (2, 2));
    assert_eq!(server.connections(), 1, "both went over one connection");
}

#[tokio::test]
async fn many_calls_at_once_share_one_connection() {
    let server = Server::start().await;
    let client = client(&[server.address.to_string()]);
    let witness = Arc::new(Witness::default());
    let uri = format!("http://{}/t.T/Ok", server.address);
    let calls = (0..50).map(|_| send(&client, grpc(&uri, vec![1; 1000]), &witness));
    for answer in futures_util::future::join_all(calls).await {
        assert!(answer.is_ok());
    }
    assert_eq!(witness.ok(), 50);
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_status_that_is_not_read_is_not_ok() {
    let server = Server::start().await;
    let client = client(&[server.address.to_string()]);
    let witness = Arc::new(Witness::default());
    let request = grpc(&format!("http://{}/t.T/Ok", server.address), Vec::new());
    let call = Call::begin(&witness);
    let response = Arc::clone(&client).send(request, None, Some(call)).await.unwrap();
    drop(response);
    assert_eq!((witness.calls(), witness.ok()), (1, 0));
    let reason = "the response was dropped before its grpc-status was read";
    assert_eq!(witness.last_error().as_deref(), Some(reason));
}

#[tokio::test]
async fn a_pause_of_the_guest_is_no_time_out() {
    const PAUSE: Duration = Duration::from_secs(2);
    let server = Server::start().await;
    let client = client(&[server.address.to_string()]);
    let request = grpc(&format!("http://{}/t.T/Big", server.address), Vec::new());
    let response = client.send(request, waits(PATIENCE, PAUSE / 2), None).await.unwrap();
    let mut body = response.into_body();
    let first = body.frame().await.unwrap().unwrap();
    tokio::time::sleep(PAUSE).await;
    let rest = body.collect().await.unwrap().to_bytes();
    assert_eq!(first.data_ref().unwrap().len() + rest.len(), 3 << 20);
}

#[tokio::test]
async fn what_is_not_listed_is_denied() {
    let server = Server::start().await;
    let client = client(&["example.com".to_owned()]);
    let witness = Arc::new(Witness::default());
    let uri = format!("http://{}/t.T/Ok", server.address);
    let denied = send(&client, grpc(&uri, Vec::new()), &witness).await;
    assert!(matches!(denied, Err(Error::HttpRequestDenied)));
    assert_eq!(witness.last_error().as_deref(), Some("HTTP request denied"));
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn tunnels_and_user_names_are_refused() {
    let server = Server::start().await;
    let client = client(&[server.address.to_string()]);
    let witness = Arc::new(Witness::default());
    let uri = format!("http://user@{}/head", server.address);
    let refused = send(&client, Request::get(uri).body(body(Vec::new())).unwrap(), &witness).await;
    assert!(matches!(refused, Err(Error::HttpRequestUriInvalid)));
    let request = Request::connect(format!("http://{}/", server.address));
    let refused = send(&client, request.body(body(Vec::new())).unwrap(), &witness).await;
    assert!(matches!(refused, Err(Error::HttpRequestMethodInvalid)));
}

#[tokio::test]
async fn unreachable_servers_have_precise_codes() {
    let port = closed_port().await;
    let name = "no-such-name.invalid";
    let client = client(&[format!("127.0.0.1:{port}"), name.to_owned()]);
    let witness = Arc::new(Witness::default());
    let at = async |authority: &str| {
        let uri = format!("http://{authority}/t.T/Ok");
        send(&client, grpc(&uri, Vec::new()), &witness).await.map(|_| ()).unwrap_err()
    };
    assert!(matches!(at(&format!("127.0.0.1:{port}")).await, Error::ConnectionRefused));
    let error = at(name).await;
    assert!(
        matches!(error, Error::DnsError { .. } | Error::ConnectionTimeout | Error::DnsTimeout),
        "{error:?}"
    );
    assert_eq!((witness.calls(), witness.ok()), (2, 0));
}

/// One connection for h1 requests in a row; `host` set once; gRPC as HTTP/2, the rest as HTTP/1.1.
#[tokio::test]
async fn versions_and_heads() {
    let server = Server::start().await;
    let client = client(&[server.address.to_string()]);
    let uri = format!("http://{}/head", server.address);
    let read = async |request| {
        let response = Arc::clone(&client).send(request, None, None).await.unwrap();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        text.replace(&server.address.to_string(), "ADDRESS")
    };
    let plain = Request::get(&uri).header("content-type", "application/grpc-web+proto");
    expect![[r#"
        HTTP/1.1 /head
        content-type: "application/grpc-web+proto"
        host: "ADDRESS""#]]
    .assert_eq(&read(plain.body(body(Vec::new())).unwrap()).await);
    expect![[r#"
        HTTP/2.0 http://ADDRESS/head
        content-type: "application/grpc"
        te: "trailers"
        content-length: "0""#]]
    .assert_eq(&read(grpc(&uri, Vec::new())).await);
    let plain = Request::post(&uri).body(body(vec![1; 10])).unwrap();
    expect![[r#"
        HTTP/1.1 /head
        host: "ADDRESS"
        content-length: "10""#]]
    .assert_eq(&read(plain).await);
    assert_eq!(server.connections(), 2, "one of each version");
}
