//! How registries and other servers are reached: as whom, trusting whom, which of them at all, and
//! where downloads are kept. Plain data; nobody is asked here.

use std::fmt;
use std::path::PathBuf;

use crate::credentials::Credentials;

/// Everything that the surroundings decide about reaching servers.
#[derive(Clone, Default)]
pub struct Access {
    pub credentials: Credentials,
    /// Certificates in PEM that are trusted beside those of the machine.
    pub authorities: Option<String>,
    /// Hosts that artifacts may come from, `host`, `host:port` or `*.domain`; any when empty.
    pub allowed: Vec<String>,
    /// Where downloads are kept, by digest.
    pub cache: Option<CacheFolder>,
}

/// A folder for downloads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheFolder {
    pub path: PathBuf,
    /// Upper bound of all that is kept; what was used longest ago goes first.
    pub max_bytes: u64,
    /// Whether others put artifacts there too. Then a registry is asked before one is taken, so that
    /// nobody gets what only others may read.
    pub shared: bool,
}

impl Access {
    /// Whether artifacts may come from this authority, `host` or `host:port`.
    pub(crate) fn allows(&self, authority: &str) -> bool {
        self.allowed.is_empty() || self.allowed.iter().any(|allowed| covers(allowed, authority))
    }
}

fn covers(allowed: &str, authority: &str) -> bool {
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    };
    [authority, host].into_iter().any(|candidate| match allowed.strip_prefix('*') {
        Some(domain) if domain.starts_with('.') => {
            candidate.len() > domain.len() && candidate.ends_with(domain)
        }
        _ => candidate.eq_ignore_ascii_case(allowed),
    })
}

/// Without secrets.
impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { credentials, authorities, allowed, cache } = self;
        f.debug_struct("Access")
            .field("credentials", credentials)
            .field("authorities", &authorities.is_some())
            .field("allowed", allowed)
            .field("cache", cache)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_allowed_with_and_without_port() {
        let allows = |allowed: &str, authority: &str| {
            let access = Access { allowed: vec![allowed.to_owned()], ..Access::default() };
            access.allows(authority)
        };
        assert!(allows("ghcr.io", "ghcr.io"));
        assert!(allows("ghcr.io", "GHCR.io:443"));
        assert!(allows("ghcr.io:5000", "ghcr.io:5000"));
        assert!(!allows("ghcr.io:5000", "ghcr.io"));
        assert!(allows("*.example.com", "a.b.example.com:8080"));
        assert!(!allows("*.example.com", "example.com"));
        assert!(!allows("*.example.com", "badexample.com"));
        assert!(!allows("ghcr.io", "ghcr.io.evil.example"));
        assert!(Access::default().allows("anywhere.example"));
    }
}
