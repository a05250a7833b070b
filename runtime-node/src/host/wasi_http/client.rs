//! Sends requests over pooled connections. One client per capability: its pools and its allow-list
//! are shared by all that list the capability. Redirects are the guest's business. Knows no store
//! and no slot.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use http::{Method, Request, Response};
use hyper::body::Incoming;
use hyper_util::client::legacy::ResponseFuture;
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};
use rustls::ClientConfig;
use tokio::time::timeout;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody};

use super::allow::AllowList;
use super::body;
use super::call::Call;
use super::errors;
use super::pool::Pools;

/// The longest waits. A request without options waits this long; one with options waits no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub connect: Duration,
    pub first_byte: Duration,
    pub between_bytes: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first_byte: Duration::from_secs(60),
            between_bytes: Duration::from_secs(60),
        }
    }
}

impl Limits {
    /// What the guest asked for, inside these limits.
    fn within(self, asked: Option<RequestOptions>) -> Self {
        let asked = asked.unwrap_or_default();
        let least = |asked: Option<Duration>, most: Duration| asked.unwrap_or(most).min(most);
        Self {
            connect: least(asked.connect_timeout, self.connect),
            first_byte: least(asked.first_byte_timeout, self.first_byte),
            between_bytes: least(asked.between_bytes_timeout, self.between_bytes),
        }
    }
}

/// The outgoing side of one `wasi:http` capability.
#[derive(Debug)]
pub struct Client {
    allow: AllowList,
    limits: Limits,
    pools: Pools,
}

impl Client {
    /// Trusts the system's certificates.
    pub fn new(allow: AllowList, limits: Limits) -> Self {
        Self { allow, limits, pools: Pools::new(limits.connect, None) }
    }

    /// Trusts what `tls` says; its ALPN is set by the kind of request.
    pub fn with_tls(allow: AllowList, limits: Limits, tls: ClientConfig) -> Self {
        Self { allow, limits, pools: Pools::new(limits.connect, Some(tls)) }
    }

    /// Sends a request and hands out the response as soon as its head is there. `call` is there
    /// if the witness counts it.
    pub(super) async fn send(
        self: Arc<Self>,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        mut call: Option<Call>,
    ) -> Result<Response<WasiBody>, Error> {
        let limits = self.limits.within(options);
        match self.exchange(request, limits).await {
            Ok(response) => Ok(body::observe(response, limits.between_bytes, call)),
            Err(error) => {
                if let Some(call) = &mut call {
                    call.settle(Err(error.to_string()));
                }
                Err(error)
            }
        }
    }

    async fn exchange(
        &self,
        mut request: Request<WasiBody>,
        limits: Limits,
    ) -> Result<Response<Incoming>, Error> {
        self.admit(&request)?;
        let connection = capture_connection(&mut request);
        let response = self.pools.request(request)?;
        wait(connection, response, limits).await
    }

    fn admit(&self, request: &Request<WasiBody>) -> Result<(), Error> {
        let uri = request.uri();
        // Before the list is asked: a user name could pass for a host in a log line.
        if uri.authority().is_none_or(|authority| authority.as_str().contains('@')) {
            return Err(Error::HttpRequestUriInvalid);
        }
        if !self.allow.permits(uri) {
            tracing::debug!(host = uri.host(), port = uri.port_u16(), "request denied");
            return Err(Error::HttpRequestDenied);
        }
        // A tunnel would carry what the list cannot see.
        if request.method() == Method::CONNECT {
            return Err(Error::HttpRequestMethodInvalid);
        }
        Ok(())
    }
}

/// Connecting and waiting for the head are limited apart; a pooled connection is there at once.
async fn wait(
    mut connection: CaptureConnection,
    response: ResponseFuture,
    limits: Limits,
) -> Result<Response<Incoming>, Error> {
    let mut response = pin!(response);
    let connected = pin!(timeout(limits.connect, async {
        connection.wait_for_connection_metadata().await;
    }));
    match select(response.as_mut(), connected).await {
        Either::Left((response, _)) => return response.map_err(|error| errors::of_request(&error)),
        Either::Right((Err(_), _)) => return Err(Error::ConnectionTimeout),
        Either::Right((Ok(()), _)) => {}
    }
    timeout(limits.first_byte, response)
        .await
        .map_err(|_| Error::ConnectionReadTimeout)?
        .map_err(|error| errors::of_request(&error))
}
