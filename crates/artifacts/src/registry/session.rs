//! Requests about one repository: logged in when the registry asks for it, tried again when it is
//! busy. What is asked for is not known here.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use graph::ImageReference;
use reqwest::header::{ACCEPT, AUTHORIZATION, RETRY_AFTER, WWW_AUTHENTICATE};
use reqwest::{Method, RequestBuilder, Response, StatusCode, Url};
use serde::Deserialize;
use tokio::sync::Mutex;

use super::RegistryError;
use super::challenge::Challenge;
use crate::access::Access;
use crate::credentials::Login;
use crate::fetch::{FetchError, Fetcher};

/// Pauses before a busy registry is asked again.
const PAUSES: [Duration; 2] = [Duration::from_millis(300), Duration::from_millis(1500)];
/// A registry may ask for a longer pause, but not for a very long one.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// Largest answer of a server that gives tokens, and largest error that is repeated.
const MAX_TOKEN: u64 = 64 << 10;
const MAX_SAID: usize = 200;

/// What is done with the repository.
#[derive(Clone, Copy, Debug)]
pub(super) enum Right {
    Pull,
    Push,
}

/// One repository, asked by one user.
pub(super) struct Session<'a> {
    fetcher: &'a Fetcher,
    access: &'a Access,
    image: &'a ImageReference,
    right: Right,
    /// Value of the header, once the registry wanted one.
    authorization: Mutex<Option<String>>,
}

#[derive(Deserialize)]
struct Token {
    token: Option<String>,
    access_token: Option<String>,
}

impl<'a> Session<'a> {
    pub(super) fn new(
        fetcher: &'a Fetcher,
        access: &'a Access,
        image: &'a ImageReference,
        right: Right,
    ) -> Self {
        Self { fetcher, access, image, right, authorization: Mutex::default() }
    }

    /// Asks for a path below the repository.
    pub(super) async fn ask(
        &self,
        method: Method,
        path: &str,
        accept: Option<&str>,
    ) -> Result<Response, RegistryError> {
        let url = self.url(path);
        self.send(|| {
            let request = self.fetcher.request(method.clone(), &url)?;
            Ok(match accept {
                Some(accept) => request.header(ACCEPT, accept),
                None => request,
            })
        })
        .await
    }

    /// `https://HOST/v2/REPOSITORY/…`; registries of this machine speak plain HTTP, as everywhere.
    pub(super) fn url(&self, path: &str) -> String {
        let ImageReference { repository, .. } = self.image;
        format!("{}://{}/v2/{repository}/{path}", self.scheme(), self.image.authority())
    }

    fn scheme(&self) -> &'static str {
        let authority = self.image.authority();
        let plain = ["localhost", "127.0.0.1", "[::1]"].into_iter().any(|host| {
            authority
                .strip_prefix(host)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
        });
        // Whoever names authorities means to use them.
        if plain && self.access.authorities.is_none() { "http" } else { "https" }
    }

    /// Sends what `make` makes, with a login if need be, and again while the registry is busy.
    pub(super) async fn send(
        &self,
        make: impl Fn() -> Result<RequestBuilder, FetchError>,
    ) -> Result<Response, RegistryError> {
        // By the name that people write: some are served by hosts of another.
        let registry = &self.image.registry;
        if !self.access.allows(registry) {
            return Err(RegistryError::NotAllowed { registry: registry.clone() });
        }
        let mut pauses = PAUSES.into_iter();
        loop {
            let outcome = self.once(&make).await;
            match (pause(&outcome), pauses.next()) {
                (Some(asked), Some(own)) => tokio::time::sleep(own.max(asked)).await,
                _ => return outcome,
            }
        }
    }

    async fn once(
        &self,
        make: &impl Fn() -> Result<RequestBuilder, FetchError>,
    ) -> Result<Response, RegistryError> {
        let mut authorization = self.authorization.lock().await;
        let answer = self.fetcher.send(with(make()?, authorization.as_deref())).await?;
        // A token may have been right for a while.
        if answer.status() != StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        let header = answer.headers().get(WWW_AUTHENTICATE).and_then(|value| value.to_str().ok());
        let challenge =
            Challenge::parse(header.unwrap_or_default()).map_err(RegistryError::Challenge)?;
        let Some(value) = self.log_in(&challenge).await? else { return Ok(answer) };
        let answer = self.fetcher.send(with(make()?, Some(&value))).await?;
        *authorization = Some(value);
        Ok(answer)
    }

    /// The header that answers a challenge; `None` when there is no login to answer with.
    async fn log_in(&self, challenge: &Challenge) -> Result<Option<String>, RegistryError> {
        let login = self.access.credentials.login(self.image);
        let Challenge::Bearer { realm, service, scope } = challenge else {
            return Ok(login.map(basic));
        };
        if self.scheme() == "https" && !realm.starts_with("https://") {
            return Err(RegistryError::Challenge(format!("{realm} does not use TLS")));
        }
        let own = format!("repository:{}:{}", self.image.repository, self.right.actions());
        // Whoever pushes looks first, and is asked for no more than that; one token serves for all.
        let asked = match self.right {
            Right::Pull => scope.as_deref(),
            Right::Push => None,
        };
        // The address may have a query of its own already.
        let mut url = Url::parse(realm).map_err(|_| FetchError::Address)?;
        url.query_pairs_mut()
            .append_pair("scope", asked.unwrap_or(&own))
            .extend_pairs(service.as_deref().map(|service| ("service", service)));
        let request = self.fetcher.request(Method::GET, url.as_str())?;
        let answer = self.fetcher.send(with(request, login.map(basic).as_deref())).await?;
        if !answer.status().is_success() {
            return Err(self.refused(answer).await);
        }
        let body = self.fetcher.body(answer, MAX_TOKEN).await?;
        let token = serde_json::from_slice::<Token>(&body).ok();
        let token = token.and_then(|token| token.token.or(token.access_token));
        let missing = || RegistryError::Challenge(format!("{realm} gave no token"));
        token.map(|token| Some(format!("Bearer {token}"))).ok_or_else(missing)
    }

    /// The answer, if it is what was asked for.
    pub(super) async fn accept(
        &self,
        answer: Response,
        path: &str,
    ) -> Result<Response, RegistryError> {
        if answer.status().is_success() {
            return Ok(answer);
        }
        tracing::debug!(path, status = answer.status().as_u16(), "a registry refused");
        Err(self.refused(answer).await)
    }

    async fn refused(&self, answer: Response) -> RegistryError {
        let status = answer.status();
        let said = said(&self.fetcher.body(answer, MAX_TOKEN).await.unwrap_or_default(), status);
        let user = self.access.credentials.login(self.image).map(|login| login.user.clone());
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                RegistryError::Unauthorized { said, user }
            }
            StatusCode::NOT_FOUND => RegistryError::NotFound { said, anonymous: user.is_none() },
            status => RegistryError::Answer { status: status.as_u16(), said },
        }
    }
}

impl Right {
    fn actions(self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Push => "pull,push",
        }
    }
}

fn with(request: RequestBuilder, authorization: Option<&str>) -> RequestBuilder {
    match authorization {
        Some(value) => request.header(AUTHORIZATION, value),
        None => request,
    }
}

fn basic(login: &Login) -> String {
    format!("Basic {}", STANDARD.encode(format!("{}:{}", login.user, login.password)))
}

/// How long to wait before it is worth asking again; `None` when it is not.
fn pause(outcome: &Result<Response, RegistryError>) -> Option<Duration> {
    match outcome {
        Ok(answer) => {
            let status = answer.status();
            let busy = status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error();
            let asked = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
            let asked = asked.and_then(|text| text.parse().ok()).map(Duration::from_secs);
            busy.then(|| asked.unwrap_or_default().min(LONGEST_PAUSE))
        }
        Err(RegistryError::Fetch(FetchError::Connect(_) | FetchError::Transport(_))) => {
            Some(Duration::ZERO)
        }
        Err(_) => None,
    }
}

/// What a registry says of its refusal, in its own words if it has some.
fn said(body: &[u8], status: StatusCode) -> String {
    let json: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let first = json.as_ref().and_then(|json| json.pointer("/errors/0"));
    let text = |key: &str| first.and_then(|error| error.get(key)?.as_str()).unwrap_or_default();
    let words = match (text("code"), text("message")) {
        ("", "") => status.to_string(),
        (code, "") => code.to_owned(),
        (code, message) => format!("{code}: {message}"),
    };
    words.chars().filter(|c| !c.is_control()).take(MAX_SAID).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registries_are_repeated_in_their_own_words() {
        let check = |body: &str, expect: &str| {
            assert_eq!(said(body.as_bytes(), StatusCode::NOT_FOUND), expect);
        };
        check(
            r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown","detail":{}}]}"#,
            "MANIFEST_UNKNOWN: manifest unknown",
        );
        check(r#"{"errors":[{"code":"DENIED"}]}"#, "DENIED");
        check("<html>", "404 Not Found");
        check(r#"{"errors":[{"code":"A","message":"\u001b[2Jx"}]}"#, "A: [2Jx");
    }
}
