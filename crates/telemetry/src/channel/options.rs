//! What a channel can be told, and what is wrong with it. Defaults are those users read about.

use std::fmt;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};

/// Deadlines, limits and headers of a channel.
#[derive(Clone, PartialEq)]
pub struct ChannelOptions {
    /// For the TCP connection, and again for the TLS handshake.
    pub connect_timeout: Duration,
    /// For one message, from `send` to its answer, connecting included.
    pub call_timeout: Duration,
    /// Largest message that is sent.
    pub max_request_bytes: usize,
    /// Largest reply that is read.
    pub max_reply_bytes: usize,
    /// Sent with each message, in this order.
    pub headers: Vec<(String, String)>,
    /// Certificates (PEM) to trust for `https://` instead of the system's.
    pub ca_pem: Option<String>,
}

impl Default for ChannelOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            call_timeout: Duration::from_secs(10),
            max_request_bytes: 4 << 20,
            max_reply_bytes: 4 << 20,
            headers: Vec::new(),
            ca_pem: None,
        }
    }
}

impl fmt::Debug for ChannelOptions {
    /// Header values are left out: they hold tokens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("ChannelOptions")
            .field("connect_timeout", &self.connect_timeout)
            .field("call_timeout", &self.call_timeout)
            .field("max_request_bytes", &self.max_request_bytes)
            .field("max_reply_bytes", &self.max_reply_bytes)
            .field("headers", &names)
            .field("ca_pem", &self.ca_pem.is_some())
            .finish()
    }
}

/// Why there can be no such channel.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChannelError {
    #[error("bad URL {url:?}: {reason}; expected http://HOST:PORT or https://HOST:PORT")]
    Url { url: String, reason: String },
    #[error("bad header {name:?}: {reason}")]
    Header { name: String, reason: &'static str },
    #[error("no TLS to {url}: {reason}")]
    Tls { url: String, reason: String },
}

/// Headers that make a request gRPC, and are therefore the channel's own.
const RESERVED: [&str; 6] =
    ["connection", "content-length", "content-type", "host", "te", "transfer-encoding"];

/// The headers in wire form, marked so that nothing prints their values.
pub(super) fn header_map(headers: &[(String, String)]) -> Result<HeaderMap, ChannelError> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let bad = |reason| ChannelError::Header { name: name.clone(), reason };
        let key: HeaderName =
            name.parse().map_err(|_| bad("not a header name; expected letters, digits, `-`"))?;
        if RESERVED.contains(&key.as_str()) || key.as_str().starts_with("grpc-") {
            return Err(bad("gRPC sets this header itself; remove it"));
        }
        let mut value: HeaderValue =
            value.parse().map_err(|_| bad("its value holds characters no header may hold"))?;
        value.set_sensitive(true);
        map.append(key, value);
    }
    Ok(map)
}
