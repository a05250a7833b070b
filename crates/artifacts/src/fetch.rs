//! Reads `http://` and `https://` addresses: bounded in size, time and redirects. Whether the bytes
//! are the right ones is for the caller to check by their digest.

use std::error::Error;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Response};

const MAX_REDIRECTS: usize = 5;

/// Completes "… ", after the address.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum FetchError {
    #[error("cannot be fetched: it is not an http:// or https:// address")]
    Address,
    #[error("cannot be fetched: the server answered {0}")]
    Status(u16),
    #[error("cannot be fetched: it took longer than {0:?}")]
    TooSlow(Duration),
    #[error(
        "cannot be fetched: more than {MAX_REDIRECTS} redirects, or a redirect elsewhere than to http:// or https://"
    )]
    Redirects,
    #[error("is too large")]
    TooLarge { found: Option<u64> },
    #[error("cannot be fetched: no connection: {0}")]
    Connect(String),
    #[error("cannot be fetched: {0}")]
    Transport(String),
}

/// A client with the bounds of this room.
pub(crate) struct Fetcher {
    client: Client,
    timeout: Duration,
    max: u64,
}

impl Fetcher {
    pub(crate) fn new(timeout: Duration, max: u64) -> Result<Self, FetchError> {
        // An error says that the process has a provider already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .timeout(timeout)
            .redirect(Policy::limited(MAX_REDIRECTS))
            .user_agent(concat!("componentgraph/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| FetchError::Transport(innermost(&e)))?;
        Ok(Self { client, timeout, max })
    }

    pub(crate) async fn fetch(&self, url: &str) -> Result<Vec<u8>, FetchError> {
        let url = reqwest::Url::parse(url).map_err(|_| FetchError::Address)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(FetchError::Address);
        }
        let response = self.client.get(url).send().await.map_err(|e| self.explain(&e))?;
        if !response.status().is_success() {
            return Err(FetchError::Status(response.status().as_u16()));
        }
        match response.content_length() {
            Some(found) if found > self.max => Err(FetchError::TooLarge { found: Some(found) }),
            _ => self.body(response).await,
        }
    }

    /// A server may announce no length, so that the bound holds for each piece.
    async fn body(&self, mut response: Response) -> Result<Vec<u8>, FetchError> {
        let max = usize::try_from(self.max).unwrap_or(usize::MAX);
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| self.explain(&e))? {
            if chunk.len() > max - bytes.len() {
                return Err(FetchError::TooLarge { found: None });
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    fn explain(&self, error: &reqwest::Error) -> FetchError {
        if error.is_timeout() {
            FetchError::TooSlow(self.timeout)
        } else if error.is_redirect() {
            FetchError::Redirects
        } else if error.is_connect() {
            FetchError::Connect(innermost(error))
        } else {
            FetchError::Transport(innermost(error))
        }
    }
}

/// The outer layers of such an error only repeat which request it was.
fn innermost(error: &dyn Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
