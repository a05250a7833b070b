//! The shared gRPC channel: raw message bytes to a method, over one connection per destination.
//! It does not know who sends, nor (OTLP's partial success aside) what.

mod answer;
mod code;
mod connection;
mod destination;
mod dial;
mod error;
mod failure;
mod frame;
mod options;
mod registry;
mod tls;
mod verdict;
mod wire;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Request, Uri};
use tokio::time::timeout;

use crate::signal::Signal;
use answer::AnswerError;
pub use code::Code;
use connection::{Connection, ConnectionKey, Lease};
use dial::Requests;
pub use error::SendError;
use failure::Failure;
pub use options::{ChannelError, ChannelOptions};
pub use registry::Channels;

/// A way to one destination. Clones are cheap and share its connection.
#[derive(Clone)]
pub struct Channel {
    connection: Arc<Connection>,
    call: Arc<Call>,
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Channel").field(&self.url()).finish()
    }
}

/// What is the same for each call of a channel.
struct Call {
    options: ChannelOptions,
    headers: HeaderMap,
}

/// The answer to an acknowledged message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// The reply message.
    pub bytes: Bytes,
    /// What the destination had to say although it took every record.
    pub warning: Option<String>,
}

impl Channel {
    /// A channel with a connection of its own, made at the first `send`.
    pub fn new(url: &str, options: ChannelOptions) -> Result<Self, ChannelError> {
        let connection = Connection::new(ConnectionKey::new(url, &options)?)?;
        Self::over(Arc::new(connection), options)
    }

    fn over(connection: Arc<Connection>, options: ChannelOptions) -> Result<Self, ChannelError> {
        let mut headers = options::header_map(&options.headers)?;
        let agent = concat!("componentgraph/", env!("CARGO_PKG_VERSION"));
        headers.entry("user-agent").or_insert(HeaderValue::from_static(agent));
        headers.insert("te", HeaderValue::from_static("trailers"));
        headers.insert("content-type", HeaderValue::from_static("application/grpc"));
        headers.insert("grpc-accept-encoding", HeaderValue::from_static("identity"));
        headers.insert("grpc-timeout", grpc_timeout(options.call_timeout));
        Ok(Self { connection, call: Arc::new(Call { options, headers }) })
    }

    /// The destination, as `http://host:port` or `https://host:port`.
    pub fn url(&self) -> &str {
        self.connection.dialler.key.destination.as_str()
    }

    /// Sends one message to `method` (`/package.Service/Method`). `Ok` means that the other side
    /// answered status 0 with a whole reply and, where `method` is an OTLP export, that it
    /// rejected nothing.
    pub async fn send(&self, method: &str, message: Bytes) -> Result<Reply, SendError> {
        let uri = self.admit(method, &message)?;
        let limit = self.call.options.call_timeout;
        let mut lease = self.connection.lease();
        let bytes = match timeout(limit, self.deliver(&uri, message, &mut lease)).await {
            Ok(Ok(bytes)) => bytes,
            Ok(Err(Failure::Final(error) | Failure::Unprocessed(error))) => return Err(error),
            Err(_) => {
                self.connection.silent(&lease);
                let message = format!("no answer from {} to {method} within {limit:?}", self.url());
                return Err(SendError::status(Code::DeadlineExceeded, message));
            }
        };
        match Signal::of_method(method) {
            Some(signal) => verdict::judge(signal, bytes, self.url()),
            None => Ok(Reply { bytes, warning: None }),
        }
    }

    /// Refuses what cannot be sent.
    fn admit(&self, method: &str, message: &Bytes) -> Result<Uri, SendError> {
        let limit = self.call.options.max_request_bytes.min(frame::LARGEST);
        if message.len() > limit {
            let url = self.url().to_owned();
            return Err(SendError::TooLarge { size: message.len(), limit, url });
        }
        let unknown = || SendError::UnknownRoute {
            route: method.to_owned(),
            expected: "a gRPC method, /package.Service/Method".to_owned(),
        };
        if !is_method(method) {
            return Err(unknown());
        }
        let path = PathAndQuery::try_from(method).map_err(|_| unknown())?;
        let mut parts = self.connection.dialler.uri.clone().into_parts();
        parts.path_and_query = Some(path);
        Uri::from_parts(parts).map_err(|_| unknown())
    }

    /// Sends, and sends once more where the first attempt met a connection that had just ended.
    async fn deliver(
        &self,
        uri: &Uri,
        message: Bytes,
        lease: &mut Lease,
    ) -> Result<Bytes, Failure> {
        match self.attempt(uri, message.clone(), lease).await {
            Err(Failure::Unprocessed(_)) => {
                self.connection.broken(lease);
                *lease = self.connection.lease();
                self.attempt(uri, message, lease).await
            }
            outcome => outcome,
        }
    }

    async fn attempt(
        &self,
        uri: &Uri,
        message: Bytes,
        lease: &mut Lease,
    ) -> Result<Bytes, Failure> {
        let mut request = Request::new(());
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = uri.clone();
        *request.version_mut() = http::Version::HTTP_2;
        *request.headers_mut() = self.call.headers.clone();
        let explain = |error: h2::Error| failure::of_http2(&error, self.url());
        let unsent = |error: h2::Error| failure::of_unsent(&error, self.url());
        let Requests { mut sender, written } = lease.requests(self.url()).await?;
        let before = written.bytes();
        let (response, mut body) = sender.send_request(request, false).map_err(unsent)?;
        // Given at once, head and message leave in one write. If they cannot, the response says
        // why.
        let _ = body.send_data(frame::message(message), true);
        let response = response.await;
        self.connection.reacted(lease);
        let limit = self.call.options.max_reply_bytes;
        let response = match response {
            Ok(response) => response,
            // The other side says what it took, and resets nothing it knows nothing of.
            Err(error) if error.is_remote() || error.is_reset() => return Err(explain(error)),
            Err(error) => {
                let left = lease.left(&written, before).await;
                return Err(if left { explain(error) } else { unsent(error) });
            }
        };
        answer::read(response, self.url(), limit).await.map_err(|error| match error {
            AnswerError::Refused(error) => Failure::Final(error),
            AnswerError::Broken(error) => explain(error),
        })
    }
}

/// `/package.Service/Method`, both parts present.
fn is_method(method: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    };
    let parts = method.strip_prefix('/').and_then(|rest| rest.split_once('/'));
    parts.is_some_and(|(service, name)| part(service) && part(name))
}

/// The deadline as gRPC writes it: at most eight digits and a unit.
fn grpc_timeout(limit: Duration) -> HeaderValue {
    const MOST: u128 = 99_999_999;
    let millis = limit.as_millis();
    let text = if millis <= MOST {
        format!("{millis}m")
    } else {
        format!("{}S", u128::from(limit.as_secs()).min(MOST))
    };
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("10S"))
}
