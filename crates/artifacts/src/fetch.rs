//! HTTP requests with bounds on size, time, redirects and addresses, and what may go wrong with
//! them. Which bytes are wanted, and whether they are the right ones, is for the caller to know.

use std::error::Error;
use std::time::Duration;

use reqwest::{Certificate, Client, Method, RequestBuilder, Response, Url};

use crate::access::Access;
use crate::address::{Filtered, Prohibited, is_prohibited, redirects};

/// Completes "… ", after the address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FetchError {
    #[error("cannot be fetched: it is not an http:// or https:// address")]
    Address,
    #[error("cannot be fetched: it leads to a link-local address")]
    Prohibited,
    #[error("cannot be fetched: the server answered {0}")]
    Status(u16),
    #[error("cannot be fetched: it took longer than {0:?}")]
    TooSlow(Duration),
    #[error(
        "cannot be fetched: more than 5 redirects, or a redirect elsewhere than to http:// or https://"
    )]
    Redirects,
    #[error("is too large")]
    TooLarge { found: Option<u64> },
    #[error("cannot be fetched: the server's certificate is not trusted: {0}")]
    Untrusted(String),
    #[error("cannot be fetched: no connection: {0}")]
    Connect(String),
    #[error("cannot be fetched: {0}")]
    Transport(String),
    #[error("cannot be fetched: the certificates to be trusted are not PEM: {0}")]
    Authorities(String),
}

/// A client with the bounds of this room.
pub(crate) struct Fetcher {
    client: Client,
    timeout: Duration,
    max: u64,
}

impl Fetcher {
    pub(crate) fn new(timeout: Duration, max: u64, access: &Access) -> Result<Self, FetchError> {
        // An error says that the process has a provider already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let pem = access.authorities.as_deref().unwrap_or_default();
        let authorities = Certificate::from_pem_bundle(pem.as_bytes())
            .map_err(|error| FetchError::Authorities(innermost(&error)))?;
        let client = Client::builder()
            .timeout(timeout)
            .redirect(redirects())
            .dns_resolver(Filtered)
            .tls_certs_merge(authorities)
            .user_agent(concat!("componentgraph/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| FetchError::Transport(innermost(&e)))?;
        Ok(Self { client, timeout, max })
    }

    /// The whole body behind an address.
    pub(crate) async fn fetch(&self, url: &str) -> Result<Vec<u8>, FetchError> {
        let response = self.send(self.request(Method::GET, url)?).await?;
        if !response.status().is_success() {
            return Err(FetchError::Status(response.status().as_u16()));
        }
        self.body(response, self.max).await
    }

    /// A request that may be sent.
    pub(crate) fn request(&self, method: Method, url: &str) -> Result<RequestBuilder, FetchError> {
        let url = Url::parse(url).map_err(|_| FetchError::Address)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(FetchError::Address);
        }
        if is_prohibited(&url) {
            return Err(FetchError::Prohibited);
        }
        Ok(self.client.request(method, url))
    }

    /// An answer, whatever its status.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Result<Response, FetchError> {
        request.send().await.map_err(|error| self.explain(&error))
    }

    /// The body of an answer, at most `max` bytes of it. A server may announce no length, so that
    /// the bound holds for each piece.
    pub(crate) async fn body(
        &self,
        mut response: Response,
        max: u64,
    ) -> Result<Vec<u8>, FetchError> {
        if let Some(found) = response.content_length().filter(|found| *found > max) {
            return Err(FetchError::TooLarge { found: Some(found) });
        }
        let max = usize::try_from(max).unwrap_or(usize::MAX);
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| self.explain(&e))? {
            if chunk.len() > max - bytes.len() {
                return Err(FetchError::TooLarge { found: None });
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    /// Upper bound of an artifact.
    pub(crate) fn max(&self) -> u64 {
        self.max
    }

    fn explain(&self, error: &reqwest::Error) -> FetchError {
        let cause = innermost(error);
        if is_caused_by::<Prohibited>(error) {
            FetchError::Prohibited
        } else if error.is_timeout() {
            FetchError::TooSlow(self.timeout)
        } else if error.is_redirect() {
            FetchError::Redirects
        } else if cause.starts_with("invalid peer certificate") {
            FetchError::Untrusted(cause)
        } else if error.is_connect() {
            FetchError::Connect(cause)
        } else {
            FetchError::Transport(cause)
        }
    }
}

fn is_caused_by<E: Error + 'static>(error: &(dyn Error + 'static)) -> bool {
    error.is::<E>() || error.source().is_some_and(is_caused_by::<E>)
}

/// The outer layers of such an error only repeat which request it was.
fn innermost(error: &dyn Error) -> String {
    match error.source() {
        Some(cause) => innermost(cause),
        None => error.to_string(),
    }
}
