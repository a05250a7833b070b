//! The embedded OTLP/gRPC receiver: takes logs, traces and metrics and hands each record on before
//! it acknowledges them. It does not know what is done with records.

mod data_point;
mod log;
mod service;
mod span;
mod text;
mod value;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tonic::transport::server::TcpIncoming;

pub use data_point::DataPoint;
pub use log::Log;
pub use span::{Event, Link, Span};
pub use value::{Origin, Scope};

/// How long `stop` waits for exports that are being received.
const GRACE: Duration = Duration::from_secs(5);

/// Room for exports on the wire, so that a large one needs few round trips.
const STREAM_WINDOW: u32 = 4 << 20;
const CONNECTION_WINDOW: u32 = 16 << 20;

/// Settings of a receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiverOptions {
    /// Largest export that is taken, uncompressed.
    pub max_message_bytes: usize,
}

impl Default for ReceiverOptions {
    fn default() -> Self {
        Self { max_message_bytes: 128 << 20 }
    }
}

/// One record as it arrived.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "signal", rename_all = "snake_case")]
pub enum Received {
    Log(Log),
    Span(Span),
    DataPoint(DataPoint),
}

impl Received {
    /// The record as one line of JSON, without the line feed.
    pub fn json(&self) -> String {
        // Every field is a string, a number or a JSON value, so this cannot fail.
        text::escaped(&serde_json::to_string(self).unwrap_or_default())
    }

    /// The record as one line for people, without the line feed.
    pub fn text(&self) -> String {
        text::line(self)
    }
}

/// A running receiver. It ends when it is stopped or dropped.
pub struct Receiver {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<Result<(), tonic::transport::Error>>,
}

impl Receiver {
    /// Listens at `address` (port 0 takes a free one). `sink` is given the records of one export
    /// at a time; the export is acknowledged once it returns `Ok`.
    pub async fn bind<S>(address: SocketAddr, options: ReceiverOptions, sink: S) -> io::Result<Self>
    where
        S: Fn(Vec<Received>) -> io::Result<()> + Send + Sync + 'static,
    {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
        let server = service::routes(tonic::transport::Server::builder(), Arc::new(sink), &options);
        let until = async {
            // A dropped sender means the same as a sent stop.
            let _ = stopped.await;
        };
        let task = tokio::spawn(server.serve_with_incoming_shutdown(incoming, until));
        Ok(Self { address, stop: Some(stop), task })
    }

    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// The address as exporters want it.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops listening at once, and returns when the exports under way were taken.
    pub fn stop(mut self) -> impl Future<Output = ()> {
        drop(self.stop.take());
        async move {
            // Connections still open after the grace period belong to clients that do not leave.
            let _ = timeout(GRACE, &mut self.task).await;
        }
    }
}
