//! The URL of a gRPC server: scheme and authority, nothing more. Knows nothing of HTTP.

use std::fmt;

/// Where to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Server {
    pub(crate) tls: bool,
    pub(crate) authority: String,
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.authority)
    }
}

/// Reads `http://host:port` or `https://host:port`; the error says what is wrong with it.
pub(crate) fn parse(url: &str) -> Result<Server, String> {
    let wrong = |reason: &str| {
        Err(format!("expected http://HOST:PORT or https://HOST:PORT, found \"{url}\": {reason}"))
    };
    let (tls, rest) = if let Some(rest) = url.strip_prefix("http://") {
        (false, rest)
    } else if let Some(rest) = url.strip_prefix("https://") {
        (true, rest)
    } else {
        return wrong("it starts with neither http:// nor https://");
    };
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    if authority.contains(['/', '?', '#']) {
        return wrong("a gRPC server has no path; the method comes from the key paths.<name>");
    }
    if authority.contains('@') {
        return wrong("user names and passwords are not supported");
    }
    if let Some(reason) = flaw_of_authority(authority) {
        return wrong(reason);
    }
    Ok(Server { tls, authority: authority.to_owned() })
}

fn flaw_of_authority(authority: &str) -> Option<&'static str> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let Some((host, after)) = rest.split_once(']') else {
                return Some("the bracket is not closed");
            };
            if host.parse::<std::net::Ipv6Addr>().is_err() {
                return Some("there is no IPv6 address in the brackets");
            }
            match after.strip_prefix(':') {
                Some(port) => (host, Some(port)),
                None if after.is_empty() => (host, None),
                None => return Some("something other than a port follows the bracket"),
            }
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    if host.is_empty() {
        return Some("the host is missing");
    }
    let is_name =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':');
    if !host.bytes().all(is_name) {
        return Some("the host has characters that no host name has");
    }
    match port {
        Some(port) if !matches!(port.parse::<u16>(), Ok(1..)) => Some("the port is not 1 to 65535"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn good(url: &str, tls: bool, authority: &str) {
        assert_eq!(parse(url), Ok(Server { tls, authority: authority.to_owned() }));
    }

    fn bad(url: &str, reason: &str) {
        let error = parse(url).unwrap_err();
        assert!(error.contains(reason), "{error}");
        assert!(error.contains(url), "{error}");
    }

    #[test]
    fn servers() {
        good("http://localhost:4317", false, "localhost:4317");
        good("http://localhost:4317/", false, "localhost:4317");
        good("https://collector.telemetry.svc", true, "collector.telemetry.svc");
        good("http://[::1]:4317", false, "[::1]:4317");
        good("http://127.0.0.1", false, "127.0.0.1");
    }

    #[test]
    fn everything_else_says_why() {
        bad("", "neither http:// nor https://");
        bad("localhost:4317", "neither http:// nor https://");
        bad("ftp://host", "neither http:// nor https://");
        bad("http://", "host is missing");
        bad("http://:4317", "host is missing");
        bad("http://host:port", "port is not");
        bad("http://host:0", "port is not");
        bad("http://host:70000", "port is not");
        bad("http://host:1:2", "port is not");
        bad("http://host/v1/logs", "has no path");
        bad("http://host?x", "has no path");
        bad("http://user:word@host", "user names");
        bad("http://ho st", "characters");
        bad("http://[::1", "not closed");
        bad("http://[nine]:1", "no IPv6");
        bad("http://[::1]x", "follows the bracket");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".*") {
            let _ = parse(&text);
            let _ = parse(&format!("http://{text}"));
        }
    }
}
