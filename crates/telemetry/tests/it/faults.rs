//! What a sender sees of each way in which the other side can fail.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use bytes::Bytes;
use expect_test::{Expect, expect};
use telemetry::faulty::{Fault, FaultyServer, nobody};
use telemetry::{Channel, ChannelOptions, Reply, SendError, Signal};

use crate::receiver::{log, logs};

/// As short as a busy machine allows.
pub(crate) fn quick() -> ChannelOptions {
    ChannelOptions { call_timeout: Duration::from_secs(2), ..ChannelOptions::default() }
}

pub(crate) fn text(outcome: &Result<Reply, SendError>, address: impl ToString) -> String {
    let text = match outcome {
        Ok(Reply { warning: None, .. }) => "ok".to_owned(),
        Ok(Reply { warning: Some(warning), .. }) => format!("ok, warning: {warning}"),
        Err(error) => {
            let text = error.to_string();
            assert!(text.starts_with(&format!("{}:", error.code())), "{text}");
            text
        }
    };
    text.replace(&address.to_string(), "ADDR")
}

/// One fault against an export of logs, and that the channel works again afterwards.
async fn check(fault: Fault, expect: Expect) {
    let server = FaultyServer::start(fault).await.unwrap();
    let channel = Channel::new(&server.url(), quick()).unwrap();
    let outcome = channel.send(Signal::Logs.method(), logs(vec![log("hello")])).await;
    expect.assert_eq(&text(&outcome, server.address()));
    server.set(Fault::Ok);
    assert_eq!(channel.send(Signal::Logs.method(), Bytes::new()).await, Ok(Reply::default()));
}

#[tokio::test]
async fn no_fault() {
    check(Fault::Ok, expect!["ok"]).await;
    check(Fault::SlowOk(Duration::from_millis(50)), expect!["ok"]).await;
}

#[tokio::test]
async fn silence() {
    check(Fault::NeverAnswers, expect!["DEADLINE_EXCEEDED: no answer from http://ADDR to /opentelemetry.proto.collector.logs.v1.LogsService/Export within 2s"]).await;
    check(Fault::SlowOk(Duration::from_secs(5)), expect!["DEADLINE_EXCEEDED: no answer from http://ADDR to /opentelemetry.proto.collector.logs.v1.LogsService/Export within 2s"]).await;
}

#[tokio::test]
async fn broken_streams() {
    check(
        Fault::ResetMidStream,
        expect![
            "INTERNAL: http://ADDR reset the stream before its answer was complete (INTERNAL_ERROR)"
        ],
    )
    .await;
    check(Fault::RefusesStream, expect!["UNAVAILABLE: http://ADDR reset the stream before its answer was complete (REFUSED_STREAM)"]).await;
    check(
        Fault::ClosesConnection,
        expect!["UNAVAILABLE: http://ADDR closed the connection before its answer was complete"],
    )
    .await;
}

#[tokio::test]
async fn statuses() {
    check(Fault::Status(8, "quota used up".into()), expect!["RESOURCE_EXHAUSTED: quota used up"])
        .await;
    check(
        Fault::Status(13, String::new()),
        expect!["INTERNAL: http://ADDR answered grpc-status 13 without a message"],
    )
    .await;
    check(Fault::Status(14, "später, 100 %".into()), expect!["UNAVAILABLE: später, 100 %"]).await;
    check(Fault::Status(16, "no token".into()), expect!["UNAUTHENTICATED: no token"]).await;
    check(Fault::Status(99, "new".into()), expect!["UNKNOWN: new"]).await;
    check(Fault::TrailersOnly(7, "not yours".into()), expect!["PERMISSION_DENIED: not yours"])
        .await;
}

#[tokio::test]
async fn a_success_that_is_none() {
    check(Fault::TrailersOnly(0, String::new()), expect!["INTERNAL: http://ADDR sent no reply"])
        .await;
    check(Fault::NoReply, expect!["INTERNAL: http://ADDR sent no reply"]).await;
    check(
        Fault::NoTrailers,
        expect!["UNKNOWN: http://ADDR ended its answer without a grpc-status"],
    )
    .await;
    check(Fault::BadReply, expect!["INTERNAL: http://ADDR sent a reply that is not an OTLP logs reply: failed to decode Protobuf message: unexpected end group tag"]).await;
    check(Fault::HugeReply(64 << 20), expect!["RESOURCE_EXHAUSTED: http://ADDR sent a reply of 67108864 bytes, more than the 4194304 read"]).await;
    check(Fault::HugeReply((4 << 20) + 1), expect!["RESOURCE_EXHAUSTED: http://ADDR sent a reply of 4194305 bytes, more than the 4194304 read"]).await;
}

#[tokio::test]
async fn partial_success() {
    let partial =
        |rejected, message: &str| Fault::PartialSuccess { rejected, message: message.into() };
    check(partial(3, "too old"), expect!["partial_success: rejected=3; too old"]).await;
    check(partial(0, "slow down"), expect!["ok, warning: slow down"]).await;
    check(
        partial(-1, ""),
        expect!["INTERNAL: http://ADDR sent a negative number of rejected logs"],
    )
    .await;
}

#[tokio::test]
async fn proxies() {
    check(
        Fault::Http503,
        expect![
            "UNAVAILABLE: http://ADDR answered HTTP 503, text/plain, not gRPC: no healthy upstream"
        ],
    )
    .await;
}

#[tokio::test]
async fn only_an_export_has_a_partial_success() {
    let partial = Fault::PartialSuccess { rejected: 3, message: "too old".into() };
    let server = FaultyServer::start(partial).await.unwrap();
    let channel = Channel::new(&server.url(), quick()).unwrap();
    let reply = channel.send("/shop.Orders/Place", Bytes::from_static(b"x")).await.unwrap();
    assert!(!reply.bytes.is_empty());
}

#[tokio::test]
async fn nothing_listens() {
    let address = nobody().await.unwrap();
    let channel = Channel::new(&format!("http://{address}"), quick()).unwrap();
    let outcome = channel.send(Signal::Logs.method(), Bytes::new()).await;
    expect!["UNAVAILABLE: nothing listens at http://ADDR (connection refused)"]
        .assert_eq(&text(&outcome, address));

    let _server = FaultyServer::start_at(address, Fault::Ok).await.unwrap();
    let outcome = channel.send(Signal::Logs.method(), Bytes::new()).await;
    expect!["ok"].assert_eq(&text(&outcome, address));
}

/// Whether a HEADERS frame has come after the preface of HTTP/2.
fn has_request(read: &[u8]) -> bool {
    const PREFACE: usize = 24;
    const HEADERS: u8 = 1;
    let mut rest = read.get(PREFACE..).unwrap_or_default();
    while let [a, b, c, kind, ..] = *rest {
        if kind == HEADERS {
            return true;
        }
        let length = u32::from_be_bytes([0, a, b, c]) as usize;
        rest = rest.get(9 + length..).unwrap_or_default();
    }
    false
}

/// A server that says `greeting` to whoever connects, closes, and is no HTTP/2 server.
async fn check_greeting(greeting: &'static [u8], expect: Expect) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        // As a server that reads first.
        let (mut read, mut piece) = (Vec::new(), [0; 4096]);
        while !has_request(&read) {
            let length = stream.read(&mut piece).unwrap();
            read.extend_from_slice(&piece[..length]);
        }
        stream.write_all(greeting).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let _ = std::io::copy(&mut stream, &mut std::io::sink());
    });
    let channel = Channel::new(&format!("http://{address}"), quick()).unwrap();
    let outcome = channel.send(Signal::Logs.method(), Bytes::new()).await;
    expect.assert_eq(&text(&outcome, address));
    drop(channel);
    server.join().unwrap();
}

#[tokio::test]
async fn not_http2() {
    check_greeting(
        b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n",
        expect!["INTERNAL: http://ADDR does not speak HTTP/2 as gRPC needs it (FRAME_SIZE_ERROR)"],
    )
    .await;
    check_greeting(
        b"SSH-2.0-OpenSSH_9.2p1\r\n",
        expect!["INTERNAL: http://ADDR does not speak HTTP/2 as gRPC needs it (FRAME_SIZE_ERROR)"],
    )
    .await;
    check_greeting(
        b"\x15\x03\x01\x00\x02\x02\x16",
        expect!["INTERNAL: http://ADDR does not speak HTTP/2 as gRPC needs it (FRAME_SIZE_ERROR)"],
    )
    .await;
    check_greeting(
        b"",
        expect!["UNAVAILABLE: http://ADDR closed the connection before its answer was complete"],
    )
    .await;
}

#[tokio::test]
async fn sizes() {
    let server = FaultyServer::start(Fault::Ok).await.unwrap();
    let options = ChannelOptions::default();
    let channel = Channel::new(&server.url(), options.clone()).unwrap();
    let send = async |channel: &Channel, size: usize| {
        let message = Bytes::from(vec![7; size]);
        let outcome = channel.send("/shop.Orders/Place", message.clone()).await;
        if outcome.is_ok() {
            assert!(server.received().pop().unwrap().message == message, "{size} bytes differ");
        }
        text(&outcome, server.address())
    };
    for size in [0, 1, 64 << 10, 3 << 20, 4 << 20] {
        assert_eq!(send(&channel, size).await, "ok", "{size}");
    }
    expect![
        "too_large: the message has 8388608 bytes, more than the 4194304 allowed to http://ADDR"
    ]
    .assert_eq(&send(&channel, 8 << 20).await);
    assert_eq!(server.received().len(), 5);
    let raised = ChannelOptions { max_request_bytes: 8 << 20, ..options };
    let raised = Channel::new(&server.url(), raised).unwrap();
    assert_eq!(send(&raised, 8 << 20).await, "ok");
}

#[tokio::test]
async fn bad_methods_and_headers() {
    let address = nobody().await.unwrap();
    let channel = Channel::new(&format!("http://{address}"), quick()).unwrap();
    let mut lines = Vec::new();
    for method in ["", "logs", "/a", "/a/b/c", "//", "/a b/c"] {
        lines.push(text(&channel.send(method, Bytes::new()).await, address));
    }
    let long = ("x", "\n");
    for (name, value) in [("a b", "x"), ("TE", "gzip"), ("grpc-status", "0"), long] {
        let headers = vec![(name.to_owned(), value.to_owned())];
        let options = ChannelOptions { headers, ..quick() };
        lines.push(Channel::new("http://a:1", options).err().unwrap().to_string());
    }
    expect![[r#"
        unknown_route: ``; expected a gRPC method, /package.Service/Method
        unknown_route: `logs`; expected a gRPC method, /package.Service/Method
        unknown_route: `/a`; expected a gRPC method, /package.Service/Method
        unknown_route: `/a/b/c`; expected a gRPC method, /package.Service/Method
        unknown_route: `//`; expected a gRPC method, /package.Service/Method
        unknown_route: `/a b/c`; expected a gRPC method, /package.Service/Method
        bad header "a b": not a header name; expected letters, digits, `-`
        bad header "TE": gRPC sets this header itself; remove it
        bad header "grpc-status": gRPC sets this header itself; remove it
        bad header "x": its value holds characters no header may hold"#]]
    .assert_eq(&lines.join("\n"));
}

#[tokio::test]
async fn what_a_request_carries() {
    let server = FaultyServer::start(Fault::Ok).await.unwrap();
    let headers = vec![("authorization".into(), "Bearer secret".into())];
    let options = ChannelOptions { headers, ..ChannelOptions::default() };
    assert!(!format!("{options:?}").contains("secret"));
    let channel = Channel::new(&server.url(), options).unwrap();
    channel.send(Signal::Traces.method(), Bytes::new()).await.unwrap();
    let call = server.received().pop().unwrap();
    let mut lines: Vec<String> = (call.headers.iter())
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    lines.sort();
    lines.push(call.method);
    expect![[r#"
        authorization: Bearer secret
        content-type: application/grpc
        grpc-accept-encoding: identity
        grpc-timeout: 10000m
        te: trailers
        user-agent: componentgraph/0.1.0
        /opentelemetry.proto.collector.trace.v1.TraceService/Export"#]]
    .assert_eq(&lines.join("\n"));
}
