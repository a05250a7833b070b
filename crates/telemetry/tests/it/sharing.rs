//! One connection per destination, and what makes a channel give one up.

use std::time::Duration;

use bytes::Bytes;
use telemetry::faulty::{Fault, FaultyServer};
use telemetry::{Channel, ChannelOptions, Channels, Signal};

use crate::faults::quick;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_at_once_share_one_connection() {
    let server = FaultyServer::start(Fault::SlowOk(Duration::from_millis(20))).await.unwrap();
    let channels = Channels::new();
    let sends: Vec<_> = (0..100)
        .map(|at| {
            // Own options, and the same destination spelled differently.
            let url = format!("{}{}", server.url(), ["", "/"][at % 2]);
            let options = ChannelOptions { max_request_bytes: 100 + at, ..Default::default() };
            let channel = channels.get(&url, options).unwrap();
            tokio::spawn(async move {
                channel.send("/shop.Orders/Place", Bytes::from(format!("order {at}"))).await
            })
        })
        .collect();
    for send in sends {
        send.await.unwrap().unwrap();
    }
    let mut messages: Vec<Bytes> = server.received().into_iter().map(|c| c.message).collect();
    messages.sort();
    messages.dedup();
    assert_eq!((messages.len(), server.connections()), (100, 1));
}

#[tokio::test]
async fn own_channels_have_own_connections() {
    let server = FaultyServer::start(Fault::Ok).await.unwrap();
    for _ in 0..2 {
        let channel = Channel::new(&server.url(), quick()).unwrap();
        for _ in 0..3 {
            channel.clone().send(Signal::Logs.method(), Bytes::new()).await.unwrap();
        }
    }
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn two_silent_calls_in_a_row_renew_the_connection() {
    let server = FaultyServer::start(Fault::NeverAnswers).await.unwrap();
    let options = ChannelOptions { call_timeout: Duration::from_secs(1), ..quick() };
    let channel = Channel::new(&server.url(), options).unwrap();
    let send = async || channel.send(Signal::Logs.method(), Bytes::new()).await;

    assert_eq!(send().await.unwrap_err().code(), "DEADLINE_EXCEEDED");
    server.set(Fault::Ok);
    send().await.unwrap();
    server.set(Fault::NeverAnswers);
    send().await.unwrap_err();
    assert_eq!(server.connections(), 1, "an answer in between starts the count again");

    send().await.unwrap_err();
    server.set(Fault::Ok);
    send().await.unwrap();
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_refused_stream_is_tried_once_more() {
    let server = FaultyServer::start(Fault::RefusesStream).await.unwrap();
    let channel = Channel::new(&server.url(), quick()).unwrap();
    let refused = channel.send(Signal::Logs.method(), Bytes::new()).await.unwrap_err();
    assert_eq!((refused.code(), server.received().len()), ("UNAVAILABLE", 2));
}

#[tokio::test]
async fn a_channel_survives_a_server_that_was_killed() {
    let mut server = FaultyServer::start(Fault::Ok).await.unwrap();
    let address = server.address();
    let channel = Channel::new(&server.url(), ChannelOptions::default()).unwrap();
    for _ in 0..20 {
        channel.send(Signal::Logs.method(), Bytes::new()).await.unwrap();
        drop(server);
        server = loop {
            // The port is free once the old server's task has ended.
            match FaultyServer::start_at(address, Fault::Ok).await {
                Ok(server) => break server,
                Err(_) => tokio::time::sleep(Duration::from_millis(1)).await,
            }
        };
    }
    channel.send(Signal::Logs.method(), Bytes::new()).await.unwrap();
}
