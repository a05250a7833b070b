//! Makes connections to one destination: TCP, TLS where asked for, HTTP/2. It knows no calls, and
//! not who shares a connection.

use std::io;
use std::time::Duration;

use h2::client::{Builder, Connection, SendRequest};
use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use tokio::time::timeout;
use tower::ServiceExt;

use super::connection::ConnectionKey;
use super::frame::Message;
use super::options::ChannelError;
use super::tls::Tls;
use super::wire::{Stream, Wire, Written};

/// Room for answers on the wire.
const STREAM_WINDOW: u32 = 1 << 20;
const CONNECTION_WINDOW: u32 = 4 << 20;
/// Most bytes that the heads of one answer may have.
const HEAD: u32 = 16 << 10;
/// Calls at the same time before the other side has said how many it takes; more would be refused.
const FIRST_CALLS: usize = 100;
const KEEPALIVE: Duration = Duration::from_secs(30);

/// The side of a connection that takes requests.
#[derive(Clone)]
pub(super) struct Requests {
    pub(super) sender: SendRequest<Message>,
    pub(super) written: Written,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(super) enum DialError {
    /// Boxed, since the connector does not name its error.
    #[error(transparent)]
    Tcp(Box<dyn std::error::Error + Send + Sync>),
    #[error("the TLS handshake took too long")]
    SlowTls,
    #[error(transparent)]
    Tls(#[from] io::Error),
    #[error("HTTP/2 was not negotiated")]
    NoHttp2,
    #[error(transparent)]
    Http2(#[from] h2::Error),
}

/// Makes one connection after another to the same destination.
pub(super) struct Dialler {
    pub(super) key: ConnectionKey,
    pub(super) uri: Uri,
    tcp: HttpConnector,
    tls: Option<Tls>,
    http2: Builder,
}

impl Dialler {
    pub(super) fn new(key: ConnectionKey) -> Result<Self, ChannelError> {
        let uri = key.destination.uri()?;
        let tls = key.destination.tls.then(|| Tls::new(&uri, key.ca_pem.as_deref())).transpose()?;
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(Some(KEEPALIVE));
        tcp.set_connect_timeout(Some(key.connect_timeout));
        let mut http2 = Builder::new();
        http2
            .initial_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .max_header_list_size(HEAD)
            .initial_max_send_streams(FIRST_CALLS)
            .enable_push(false);
        Ok(Self { key, uri, tcp, tls, http2 })
    }

    /// A new connection: where requests go in, and what must be polled for them to leave.
    pub(super) async fn dial(
        &self,
    ) -> Result<(Requests, Connection<Box<dyn Stream>, Message>), DialError> {
        let tcp = self.tcp.clone().oneshot(self.uri.clone()).await;
        let tcp = tcp.map_err(|error| DialError::Tcp(Box::new(error)))?.into_inner();
        let wire = Wire::new(tcp);
        let written = wire.written();
        let stream: Box<dyn Stream> = match &self.tls {
            None => Box::new(wire),
            Some(tls) => Box::new(
                timeout(self.key.connect_timeout, tls.shake_hands(wire))
                    .await
                    .map_err(|_| DialError::SlowTls)??,
            ),
        };
        let (sender, connection) = self.http2.handshake(stream).await?;
        Ok((Requests { sender, written }, connection))
    }
}
