//! Pools of connections: HTTP/1.1 in cleartext, HTTP/2 with prior knowledge for gRPC in cleartext,
//! and over TLS what ALPN agrees on, for gRPC HTTP/2 alone. Knows how connections are made, kept
//! alive and given up, not who may be reached.

use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::Request;
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{self, ResponseFuture, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;
use wasmtime_wasi_http::{Error, WasiBody};

use super::call::is_grpc;
use super::resolve::Resolver;

/// Cuts a connection whose peer stopped acknowledging, so that no later request is sent into it.
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED: Duration = Duration::from_secs(20);
const KEEPALIVE: Duration = Duration::from_secs(60);
/// gRPC servers take pings more frequent than every ten seconds for abuse.
const PING: Duration = Duration::from_secs(20);
const PONG: Duration = Duration::from_secs(10);
const IDLE: Duration = Duration::from_secs(90);
const IDLE_PER_HOST: usize = 32;

type Plain = legacy::Client<HttpConnector<Resolver>, WasiBody>;
type Secure = legacy::Client<HttpsConnector<HttpConnector<Resolver>>, WasiBody>;

/// The pools of one client, apart by what is spoken over a connection.
#[derive(Debug)]
pub(super) struct Pools {
    connect: Duration,
    plain: Plain,
    plain_grpc: Plain,
    /// Made at the first `https` request, because reading the system's certificates is slow.
    tls: OnceLock<Result<Tls, io::Error>>,
    trust: Option<ClientConfig>,
}

#[derive(Debug)]
struct Tls {
    any: Secure,
    grpc: Secure,
}

impl Pools {
    /// `connect` limits a lookup, and an attempt to connect. `trust` replaces the system's
    /// certificates.
    pub(super) fn new(connect: Duration, trust: Option<ClientConfig>) -> Self {
        Self {
            connect,
            plain: pool(false).build(connector(connect)),
            plain_grpc: pool(true).build(connector(connect)),
            tls: OnceLock::new(),
            trust,
        }
    }

    /// Starts a request over the pool that fits it.
    pub(super) fn request(&self, request: Request<WasiBody>) -> Result<ResponseFuture, Error> {
        let grpc = is_grpc(request.headers());
        Ok(match request.uri().scheme_str() {
            Some("https") if grpc => self.tls()?.grpc.request(request),
            Some("https") => self.tls()?.any.request(request),
            _ if grpc => self.plain_grpc.request(request),
            _ => self.plain.request(request),
        })
    }

    fn tls(&self) -> Result<&Tls, Error> {
        let made = self.tls.get_or_init(|| {
            let trust = self.trust.clone().map_or_else(system_trust, Ok)?;
            Ok(Tls::new(trust, self.connect))
        });
        made.as_ref().map_err(|error| {
            tracing::warn!(%error, "no certificates to trust, so https requests cannot be sent");
            Error::ConfigurationError
        })
    }
}

impl Tls {
    fn new(mut config: ClientConfig, connect: Duration) -> Self {
        // The builders set it, and refuse a configuration that has its own.
        config.alpn_protocols.clear();
        let https = || HttpsConnectorBuilder::new().with_tls_config(config.clone()).https_only();
        let any = https().enable_all_versions().wrap_connector(connector(connect));
        let grpc = https().enable_http2().wrap_connector(connector(connect));
        Self { any: pool(false).build(any), grpc: pool(true).build(grpc) }
    }
}

fn pool(http2_only: bool) -> legacy::Builder {
    let mut pool = legacy::Client::builder(TokioExecutor::new());
    pool.timer(TokioTimer::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(IDLE_PER_HOST)
        .http2_only(http2_only)
        .http2_keep_alive_interval(PING)
        .http2_keep_alive_timeout(PONG);
    pool
}

fn connector(connect: Duration) -> HttpConnector<Resolver> {
    let mut connector = HttpConnector::new_with_resolver(Resolver::new(connect));
    connector.enforce_http(false);
    connector.set_nodelay(true);
    connector.set_keepalive(Some(KEEPALIVE));
    connector.set_connect_timeout(Some(connect));
    #[cfg(target_os = "linux")]
    connector.set_tcp_user_timeout(Some(UNACKNOWLEDGED));
    connector
}

fn system_trust() -> Result<ClientConfig, io::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?;
    Ok(versions.with_native_roots()?.with_no_client_auth())
}
