//! The receiver as a server: sizes, compression, refusals, stop and start.

use std::sync::mpsc;

use bytes::Bytes;
use expect_test::{Expect, expect};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_client::LogsServiceClient;
use prost::Message;
use telemetry::{Channel, ChannelOptions, Received, Receiver, ReceiverOptions, SendError, Signal};

use crate::receiver::{log, logs, start};

#[tokio::test]
async fn gzip_is_accepted() {
    let (receiver, records) = start(ReceiverOptions::default()).await;
    let mut client = LogsServiceClient::connect(receiver.url())
        .await
        .unwrap()
        .send_compressed(tonic::codec::CompressionEncoding::Gzip);
    let request = ExportLogsServiceRequest::decode(logs(vec![log("packed")])).unwrap();
    client.export(request).await.unwrap();
    assert!(records.recv().unwrap()[0].text().contains("\"packed\""));
}

#[tokio::test]
async fn sizes() {
    let limit = 64 << 20;
    let (receiver, records) = start(ReceiverOptions::default()).await;
    let options = ChannelOptions { max_request_bytes: limit + 1024, ..ChannelOptions::default() };
    let channel = Channel::new(&receiver.url(), options).unwrap();
    for size in [1, 64 << 10, 3 << 20, 8 << 20, limit] {
        let body = "x".repeat(size);
        channel.send(Signal::Logs.method(), logs(vec![log(&body)])).await.unwrap();
        let Received::Log(log) = &records.recv().unwrap()[0] else { panic!("not a log") };
        assert_eq!(log.body.as_str(), Some(body.as_str()));
    }
}

#[tokio::test]
async fn what_the_receiver_refuses() {
    let (receiver, records) = start(ReceiverOptions { max_message_bytes: 1000 }).await;
    let channel = Channel::new(&receiver.url(), ChannelOptions::default()).unwrap();
    let check = |outcome: Result<_, SendError>, expect: Expect| {
        let text = outcome.unwrap_err().to_string();
        expect.assert_eq(&text.replace(&receiver.local_addr().to_string(), "ADDR"));
    };
    let long = logs(vec![log(&"x".repeat(2000))]);
    check(
        channel.send(Signal::Logs.method(), long).await,
        expect![
            "OUT_OF_RANGE: Error, decoded message length too large: found 2096 bytes, the limit is: 1000 bytes"
        ],
    );
    let garbage = Bytes::from_static(b"<html>");
    check(
        channel.send(Signal::Logs.method(), garbage).await,
        expect!["INTERNAL: failed to decode Protobuf message: unexpected end group tag"],
    );
    check(
        channel.send("/no.such.Service/Export", Bytes::new()).await,
        expect!["UNIMPLEMENTED: http://ADDR answered grpc-status 12 without a message"],
    );
    drop(records);
    let hello = logs(vec![log("hello")]);
    check(
        channel.send(Signal::Logs.method(), hello).await,
        expect![
            "UNAVAILABLE: the receiver could not hand the records on: sending on a closed channel"
        ],
    );
}

#[tokio::test]
async fn a_port_in_use_is_an_error() {
    let (receiver, _records) = start(ReceiverOptions::default()).await;
    let again = Receiver::bind(receiver.local_addr(), ReceiverOptions::default(), |_| Ok(())).await;
    assert_eq!(again.err().map(|error| error.kind()), Some(std::io::ErrorKind::AddrInUse));
}

#[tokio::test]
async fn a_channel_recovers_when_the_receiver_restarts() {
    let (receiver, records) = start(ReceiverOptions::default()).await;
    let address = receiver.local_addr();
    let channel = Channel::new(&receiver.url(), ChannelOptions::default()).unwrap();
    channel.send(Signal::Logs.method(), logs(vec![log("one")])).await.unwrap();
    assert_eq!(records.recv().unwrap().len(), 1);

    receiver.stop().await;
    let gone = channel.send(Signal::Logs.method(), logs(vec![log("lost")])).await.unwrap_err();
    let gone = gone.to_string().replace(&address.to_string(), "ADDR");
    expect!["UNAVAILABLE: nothing listens at http://ADDR (connection refused)"].assert_eq(&gone);

    let (tx, records) = mpsc::channel();
    let sink = move |records| tx.send(records).map_err(std::io::Error::other);
    let _receiver = Receiver::bind(address, ReceiverOptions::default(), sink).await.unwrap();
    channel.send(Signal::Logs.method(), logs(vec![log("two")])).await.unwrap();
    assert!(records.recv().unwrap()[0].text().contains("\"two\""));
}
