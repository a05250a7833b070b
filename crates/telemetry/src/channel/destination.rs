//! Where a channel leads: the URL as users write it, checked and brought to one form. Nothing is
//! resolved or connected here.

use std::fmt;

use http::Uri;
use http::uri::Scheme;

use super::options::ChannelError;

/// `http://host:port` or `https://host:port`, the port always present.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Destination {
    text: String,
    pub(super) tls: bool,
}

impl Destination {
    pub(super) fn parse(url: &str) -> Result<Self, ChannelError> {
        let bad = |reason: &str| ChannelError::Url { url: masked(url), reason: reason.into() };
        let uri: Uri = url.trim().parse().map_err(|error| bad(&format!("{error}")))?;
        let (scheme, tls, default_port) = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTP => ("http", false, 80),
            Some(scheme) if *scheme == Scheme::HTTPS => ("https", true, 443),
            Some(_) => return Err(bad("the scheme is neither http nor https")),
            None => return Err(bad("it has no scheme")),
        };
        let authority = uri.authority().ok_or_else(|| bad("it has no host"))?;
        if authority.as_str().contains('@') {
            return Err(bad("it holds credentials; send them as a header"));
        }
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(bad("it has a path; gRPC takes that from the method"));
        }
        let host = authority.host();
        let rest = authority.as_str().strip_prefix(host).unwrap_or_default();
        let port = match rest.strip_prefix(':') {
            None => default_port,
            Some(digits) => match digits.parse::<u16>() {
                Ok(port) if port != 0 => port,
                _ => return Err(bad("the port is not a number from 1 to 65535")),
            },
        };
        if host.is_empty() {
            return Err(bad("it has no host"));
        }
        Ok(Self { text: format!("{scheme}://{}:{port}", host.to_ascii_lowercase()), tls })
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn uri(&self) -> Result<Uri, ChannelError> {
        let bad = |error: http::uri::InvalidUri| ChannelError::Url {
            url: self.text.clone(),
            reason: error.to_string(),
        };
        self.text.parse().map_err(bad)
    }
}

/// The URL without what stands before `@`, which may be a password.
fn masked(url: &str) -> String {
    let Some((before, after)) = url.rsplit_once('@') else { return url.to_owned() };
    let scheme = before.split_once("://").map(|(scheme, _)| format!("{scheme}://"));
    format!("{}…@{after}", scheme.unwrap_or_default())
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::Destination;

    fn check(url: &str, expect: Expect) {
        let text = match Destination::parse(url) {
            Ok(destination) => format!("{destination} tls={}", destination.tls),
            Err(error) => error.to_string(),
        };
        expect.assert_eq(&text);
    }

    #[test]
    fn good() {
        check("http://localhost:4317", expect!["http://localhost:4317 tls=false"]);
        check("HTTP://Collector.NS/", expect!["http://collector.ns:80 tls=false"]);
        check("https://otlp.example.com", expect!["https://otlp.example.com:443 tls=true"]);
        check("http://[::1]:4317", expect!["http://[::1]:4317 tls=false"]);
    }

    #[test]
    fn bad() {
        check(
            "",
            expect![[
                r#"bad URL "": empty string; expected http://HOST:PORT or https://HOST:PORT"#
            ]],
        );
        check(
            "localhost:4317",
            expect![[
                r#"bad URL "localhost:4317": it has no scheme; expected http://HOST:PORT or https://HOST:PORT"#
            ]],
        );
        check(
            "localhost",
            expect![[
                r#"bad URL "localhost": it has no scheme; expected http://HOST:PORT or https://HOST:PORT"#
            ]],
        );
        check(
            "grpc://localhost:4317",
            expect![[
                r#"bad URL "grpc://localhost:4317": the scheme is neither http nor https; expected http://HOST:PORT or https://HOST:PORT"#
            ]],
        );
        check(
            "http://",
            expect![[
                r#"bad URL "http://": empty string; expected http://HOST:PORT or https://HOST:PORT"#
            ]],
        );
        check(
            "http://:4317",
            expect![[
                r#"bad URL "http://:4317": it has no host; expected http://HOST:PORT or https://HOST:PORT"#
            ]],
        );
        check(
            "http://a:0",
            expect![[
                r#"bad URL "http://a:0": the port is not a number from 1 to 65535; expected http://HOST:PORT or https://HOST:PORT"#
            ]],
        );
        check(
            "http://a:70000",
            expect![[
                r#"bad URL "http://a:70000": the port is not a number from 1 to 65535; expected http://HOST:PORT or https://HOST:PORT"#
            ]],
        );
        check(
            "http://user:secret@a:4317",
            expect![[
                r#"bad URL "http://…@a:4317": it holds credentials; send them as a header; expected http://HOST:PORT or https://HOST:PORT"#
            ]],
        );
        check(
            "http://a:4317/v1/logs",
            expect![[
                r#"bad URL "http://a:4317/v1/logs": it has a path; gRPC takes that from the method; expected http://HOST:PORT or https://HOST:PORT"#
            ]],
        );
        check(
            "http://a b",
            expect![[
                r#"bad URL "http://a b": invalid uri character; expected http://HOST:PORT or https://HOST:PORT"#
            ]],
        );
    }
}
