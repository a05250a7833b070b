//! How a registry wants to know who asks: by password with each request, or by a token from another
//! server. Read out of a header; nobody is asked here.

use http_auth::{ChallengeRef, parse_challenges};

/// One way to log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Challenge {
    Basic,
    Bearer {
        /// Address of the server that gives tokens.
        realm: String,
        service: Option<String>,
        scope: Option<String>,
    },
}

impl Challenge {
    /// The way that this room knows, of those in a `WWW-Authenticate` header.
    pub(super) fn parse(header: &str) -> Result<Self, String> {
        let offered = parse_challenges(header).map_err(|_| header.to_owned())?;
        let of = |scheme: &str| offered.iter().find(|c| c.scheme.eq_ignore_ascii_case(scheme));
        if let Some(bearer) = of("Bearer") {
            let realm = parameter(bearer, "realm").ok_or_else(|| header.to_owned())?;
            let (service, scope) = (parameter(bearer, "service"), parameter(bearer, "scope"));
            return Ok(Self::Bearer { realm, service, scope });
        }
        of("Basic").map(|_| Self::Basic).ok_or_else(|| header.to_owned())
    }
}

fn parameter(challenge: &ChallengeRef<'_>, name: &str) -> Option<String> {
    let mut parameters = challenge.params.iter();
    let found = parameters.find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.to_unescaped())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_of_real_registries() {
        let hub = r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/guest:pull""#;
        let expect = Challenge::Bearer {
            realm: "https://auth.docker.io/token".into(),
            service: Some("registry.docker.io".into()),
            scope: Some("repository:library/guest:pull".into()),
        };
        assert_eq!(Challenge::parse(hub), Ok(expect));
        assert_eq!(Challenge::parse(r#"Basic realm="Registry Realm""#), Ok(Challenge::Basic));
        let both = r#"Basic realm="x", Bearer realm="https://a/t""#;
        assert!(matches!(Challenge::parse(both), Ok(Challenge::Bearer { .. })));
        for bad in ["Negotiate", "", "Bearer service=\"x\"", "\"\"\""] {
            assert_eq!(Challenge::parse(bad), Err(bad.to_owned()));
        }
    }
}
