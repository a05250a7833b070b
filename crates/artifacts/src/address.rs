//! Which addresses are never asked: link-local ones, where clouds answer with their own secrets. A
//! manifest must not turn whoever reads it into a way there, be it by address, by name or by
//! redirect.

use std::error::Error;
use std::fmt;
use std::net::{IpAddr, SocketAddr};

use graph::is_link_local;
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::{Attempt, Policy};

const MAX_REDIRECTS: usize = 5;

/// An address that is never asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Prohibited;

impl fmt::Display for Prohibited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("link-local addresses are not asked")
    }
}

impl Error for Prohibited {}

/// Whether a URL names such an address itself.
pub(crate) fn is_prohibited(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.parse::<IpAddr>().is_ok_and(is_link_local)
}

/// The system's resolver; what it says of such addresses is left out.
pub(crate) struct Filtered;

impl Resolve for Filtered {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let permitted: Vec<SocketAddr> =
                found.iter().copied().filter(|a| !is_link_local(a.ip())).collect();
            match (found.is_empty(), permitted.is_empty()) {
                (false, true) => Err(Box::new(Prohibited).into()),
                _ => Ok(Box::new(permitted.into_iter()) as Addrs),
            }
        })
    }
}

/// Follows some redirects, each judged as if it were the first address; none that gives up TLS.
pub(crate) fn redirects() -> Policy {
    Policy::custom(|attempt| {
        if is_prohibited(attempt.url()) {
            return attempt.error(Prohibited);
        }
        if attempt.previous().len() > MAX_REDIRECTS || !is_permitted(&attempt) {
            return attempt.error(Elsewhere);
        }
        attempt.follow()
    })
}

fn is_permitted(attempt: &Attempt<'_>) -> bool {
    let was_secure = attempt.previous().last().is_some_and(|url| url.scheme() == "https");
    match attempt.url().scheme() {
        "https" => true,
        "http" => !was_secure,
        _ => false,
    }
}

/// A redirect that is not followed.
#[derive(Debug, Clone, Copy)]
struct Elsewhere;

impl fmt::Display for Elsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the redirect is not followed")
    }
}

impl Error for Elsewhere {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn link_local_addresses_are_seen_in_any_spelling() {
        for bad in [
            "http://169.254.169.254/latest",
            "http://[fe80::1]/",
            "http://[::ffff:169.254.169.254]/",
            "http://2852039166/",
        ] {
            assert!(is_prohibited(&Url::parse(bad).unwrap()), "{bad}");
        }
        for good in ["http://127.0.0.1/", "https://ghcr.io/", "http://[::1]:5000/"] {
            assert!(!is_prohibited(&Url::parse(good).unwrap()), "{good}");
        }
    }
}
