//! The one connection to a destination: made at first use, remade when it breaks or stays silent.
//! It knows nothing of messages.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tonic::transport::{Certificate, ClientTlsConfig, Endpoint};

use super::destination::Destination;
use super::options::{ChannelError, ChannelOptions};

/// Calls without an answer, in a row, after which the connection counts as dead. A path that
/// swallows packets looks like a slow server, and TCP alone would take minutes to notice.
const LATE_CALLS: u32 = 2;

/// Room for answers on the wire.
const STREAM_WINDOW: u32 = 1 << 20;
const CONNECTION_WINDOW: u32 = 4 << 20;

/// What must be equal for two channels to share a connection.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct ConnectionKey {
    pub(super) destination: Destination,
    pub(super) connect_timeout: Duration,
    ca_pem: Option<String>,
}

impl ConnectionKey {
    pub(super) fn new(url: &str, options: &ChannelOptions) -> Result<Self, ChannelError> {
        Ok(Self {
            destination: Destination::parse(url)?,
            connect_timeout: options.connect_timeout,
            ca_pem: options.ca_pem.clone(),
        })
    }
}

pub(super) struct Connection {
    pub(super) key: ConnectionKey,
    endpoint: Endpoint,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    live: Option<tonic::transport::Channel>,
    generation: u64,
    late: u32,
}

/// A use of the connection, by which its outcome is reported to the right generation.
pub(super) struct Lease {
    pub(super) service: tonic::transport::Channel,
    generation: u64,
}

impl Connection {
    pub(super) fn new(key: ConnectionKey) -> Result<Self, ChannelError> {
        let endpoint = endpoint(&key)?;
        Ok(Self { key, endpoint, state: Mutex::default() })
    }

    /// The live connection. It is made here, not in `new`: making it needs a running executor.
    pub(super) fn lease(&self) -> Lease {
        let mut state = self.state();
        let service = state.live.get_or_insert_with(|| self.endpoint.connect_lazy()).clone();
        Lease { service, generation: state.generation }
    }

    /// The other side reacted, in whatever way.
    pub(super) fn reacted(&self, lease: &Lease) {
        let mut state = self.state();
        if state.generation == lease.generation {
            state.late = 0;
        }
    }

    /// A call ended without any reaction.
    pub(super) fn silent(&self, lease: &Lease) {
        let mut state = self.state();
        if state.generation == lease.generation {
            state.late += 1;
            if state.late >= LATE_CALLS {
                state.renew();
            }
        }
    }

    /// The connection itself is of no more use.
    pub(super) fn broken(&self, lease: &Lease) {
        let mut state = self.state();
        if state.generation == lease.generation {
            state.renew();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn renew(&mut self) {
        *self = Self { live: None, generation: self.generation + 1, late: 0 };
    }
}

fn endpoint(key: &ConnectionKey) -> Result<Endpoint, ChannelError> {
    let url = key.destination.as_str();
    let bad_url = |error| ChannelError::Url { url: url.to_owned(), reason: reason(&error) };
    let endpoint = Endpoint::from_shared(url.to_owned())
        .and_then(|endpoint| {
            endpoint.user_agent(concat!("componentgraph/", env!("CARGO_PKG_VERSION")))
        })
        .map_err(bad_url)?
        .connect_timeout(key.connect_timeout)
        .tcp_nodelay(true)
        .tcp_keepalive(Some(Duration::from_secs(30)))
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW);
    if !key.destination.tls {
        return Ok(endpoint);
    }
    let no_tls = |reason| ChannelError::Tls { url: url.to_owned(), reason };
    let tls = ClientTlsConfig::new().timeout(key.connect_timeout);
    let tls = match &key.ca_pem {
        Some(pem) if !pem.contains("-----BEGIN CERTIFICATE-----") => {
            return Err(no_tls("the given CA holds no certificate in PEM form".to_owned()));
        }
        Some(pem) => tls.ca_certificate(Certificate::from_pem(pem)),
        None => tls.with_native_roots(),
    };
    endpoint.tls_config(tls).map_err(|error| no_tls(reason(&error)))
}

fn reason(error: &tonic::transport::Error) -> String {
    let source = std::error::Error::source(error);
    source.map_or_else(|| error.to_string(), ToString::to_string)
}
