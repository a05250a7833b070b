//! `https://` destinations: a trusted server, an untrusted one, and none that speaks TLS.

use std::time::Duration;

use bytes::Bytes;
use expect_test::{Expect, expect};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceResponse;
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_server::LogsServiceServer;
use telemetry::faulty::{Fault, FaultyServer};
use telemetry::{Channel, ChannelOptions, Signal};
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Identity, Server, ServerTlsConfig};

use crate::faults::{quick, text};
use crate::pinned::Answers;
use crate::receiver::local;

/// Starts a TLS server for `localhost` and gives its port and certificate.
fn start() -> (u16, String) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let pem = made.cert.pem();
    let identity = Identity::from_pem(&pem, made.signing_key.serialize_pem());
    let incoming = TcpIncoming::bind(local()).unwrap();
    let port = incoming.local_addr().unwrap().port();
    let server = Server::builder()
        .tls_config(ServerTlsConfig::new().identity(identity))
        .unwrap()
        .add_service(LogsServiceServer::new(Answers(Ok(ExportLogsServiceResponse::default()))));
    tokio::spawn(server.serve_with_incoming(incoming));
    (port, pem)
}

async fn check(url: &str, ca_pem: Option<String>, expect: Expect) {
    let options = ChannelOptions { ca_pem, ..ChannelOptions::default() };
    let channel = Channel::new(url, options).unwrap();
    let outcome = channel.send(Signal::Logs.method(), Bytes::new()).await;
    expect.assert_eq(&text(&outcome, url));
}

#[tokio::test]
async fn trust() {
    let (port, pem) = start();
    let (_, other) = start();
    let url = format!("https://localhost:{port}");
    check(&url, Some(pem.clone()), expect!["ok"]).await;
    check(
        &url,
        Some(other),
        expect!["UNAVAILABLE: cannot connect to ADDR: invalid peer certificate: BadSignature"],
    )
    .await;
    check(&format!("https://127.0.0.1:{port}"), Some(pem), expect![[r#"UNAVAILABLE: cannot connect to ADDR: invalid peer certificate: certificate not valid for name "127.0.0.1"; certificate is only valid for DnsName("localhost")"#]]).await;
}

#[test]
fn a_ca_that_is_none() {
    let options = ChannelOptions { ca_pem: Some("secret".into()), ..ChannelOptions::default() };
    let error = Channel::new("https://a", options).unwrap_err();
    expect!["no TLS to https://a:443: the given CA holds no certificate in PEM form"]
        .assert_eq(&error.to_string());
}

#[tokio::test]
async fn plain_text_to_a_tls_server() {
    let (port, _) = start();
    check(
        &format!("http://localhost:{port}"),
        None,
        expect!["INTERNAL: ADDR does not speak HTTP/2 as gRPC needs it (FRAME_SIZE_ERROR)"],
    )
    .await;
}

#[tokio::test]
async fn tls_to_a_plain_text_server() {
    let (_, pem) = start();
    let server = FaultyServer::start(Fault::Ok).await.unwrap();
    let url = format!("https://localhost:{}", server.address().port());
    check(&url, Some(pem), expect!["UNAVAILABLE: ADDR does not speak TLS; is it http:// instead?"])
        .await;
}

#[tokio::test]
async fn a_server_that_does_not_shake_hands() {
    let (_, pem) = start();
    let listener = std::net::TcpListener::bind(local()).unwrap();
    let port = listener.local_addr().unwrap().port();
    let connect_timeout = Duration::from_millis(200);
    let options = ChannelOptions { connect_timeout, ca_pem: Some(pem), ..quick() };
    let channel = Channel::new(&format!("https://localhost:{port}"), options).unwrap();
    let outcome = channel.send(Signal::Logs.method(), Bytes::new()).await;
    expect!["UNAVAILABLE: the TLS handshake with ADDR took longer than 200ms"]
        .assert_eq(&text(&outcome, format!("https://localhost:{port}")));
}
