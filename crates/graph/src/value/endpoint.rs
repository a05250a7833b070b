//! Addresses of servers. It splits and checks their text and resolves nothing.

use std::fmt;
use std::net::Ipv6Addr;

use thiserror::Error;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    Http,
    Https,
}

impl Scheme {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

/// A server: `http://` or `https://`, host and port. By gRPC the former is cleartext HTTP/2.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    pub scheme: Scheme,
    /// Lower case; an IPv6 address stands without brackets.
    pub host: String,
    /// As written, or the scheme's own.
    pub port: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EndpointError {
    #[error("it is empty")]
    Empty,
    #[error("it does not begin with `http://` or `https://`")]
    NoScheme,
    #[error("the scheme `{0}` is neither http nor https")]
    Scheme(String),
    #[error("it holds a user or password")]
    UserInfo,
    #[error("it has no host")]
    NoHost,
    #[error("the host `{0}` has characters that no host name has")]
    Host(String),
    #[error("the port `{0}` is not a number from 1 to 65535")]
    Port(String),
    #[error("it has a path, and a gRPC server has none")]
    Path,
    #[error("it holds a space or a character that must be percent-encoded")]
    Character,
}

impl Endpoint {
    /// The address of a server by itself, which has no path.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let (endpoint, path) = split_url(text)?;
        if matches!(path, "" | "/") { Ok(endpoint) } else { Err(EndpointError::Path) }
    }

    /// The server of the address of something on it, whatever follows.
    pub fn of_url(url: &str) -> Result<Self, EndpointError> {
        split_url(url).map(|(endpoint, _)| endpoint)
    }

    /// `host:port`, with brackets around an IPv6 address.
    pub fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.as_str(), self.authority())
    }
}

/// Splits an `http` or `https` address into its server and all that follows.
fn split_url(text: &str) -> Result<(Endpoint, &str), EndpointError> {
    if text.is_empty() {
        return Err(EndpointError::Empty);
    }
    if text.chars().any(|c| !c.is_ascii_graphic() || "\"<>\\^`{|}".contains(c)) {
        return Err(EndpointError::Character);
    }
    let (scheme, rest) = text.split_once("://").ok_or(EndpointError::NoScheme)?;
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "http" => Scheme::Http,
        "https" => Scheme::Https,
        _ => return Err(EndpointError::Scheme(scheme.to_owned())),
    };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    if authority.contains('@') {
        return Err(EndpointError::UserInfo);
    }
    let (host, port) = split_authority(authority)?;
    let port = port.unwrap_or(match scheme {
        Scheme::Http => 80,
        Scheme::Https => 443,
    });
    Ok((Endpoint { scheme, host, port }, path))
}

/// Splits `host`, `host:port`, `[v6]` or `[v6]:port`; the host in lower case.
pub(crate) fn split_authority(text: &str) -> Result<(String, Option<u16>), EndpointError> {
    if let Some(bracketed) = text.strip_prefix('[') {
        let (host, after) =
            bracketed.split_once(']').ok_or_else(|| EndpointError::Host(text.to_owned()))?;
        let address: Ipv6Addr = host.parse().map_err(|_| EndpointError::Host(host.to_owned()))?;
        let port = match after.strip_prefix(':') {
            Some(port) => Some(parse_port(port)?),
            None if after.is_empty() => None,
            None => return Err(EndpointError::Host(text.to_owned())),
        };
        return Ok((address.to_string(), port));
    }
    let (host, port) = match text.split_once(':') {
        Some((host, port)) => (host, Some(parse_port(port)?)),
        None => (text, None),
    };
    if host.is_empty() {
        return Err(EndpointError::NoHost);
    }
    if !is_host_name(host) {
        return Err(EndpointError::Host(host.to_owned()));
    }
    Ok((host.to_ascii_lowercase(), port))
}

fn parse_port(text: &str) -> Result<u16, EndpointError> {
    let wrong = || EndpointError::Port(text.to_owned());
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(wrong());
    }
    text.parse().ok().filter(|port| *port != 0).ok_or_else(wrong)
}

/// Labels of letters, digits, `-` and `_`, at most 63 each and 253 together.
pub(crate) fn is_host_name(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let text = text.strip_suffix('.').unwrap_or(text);
    text.len() <= 253 && text.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_scheme_host_and_port() {
        let shown = |text: &str| Endpoint::parse(text).map(|endpoint| endpoint.to_string());
        assert_eq!(shown("http://localhost:4317"), Ok("http://localhost:4317".into()));
        assert_eq!(shown("HTTPS://Collector.Example/"), Ok("https://collector.example:443".into()));
        assert_eq!(shown("http://[::1]:4317"), Ok("http://[::1]:4317".into()));
        assert_eq!(shown("http://10.0.0.1"), Ok("http://10.0.0.1:80".into()));
        for (text, error) in [
            ("", EndpointError::Empty),
            ("localhost:4317", EndpointError::NoScheme),
            ("ftp://x", EndpointError::Scheme("ftp".into())),
            ("http://u:p@x", EndpointError::UserInfo),
            ("http://", EndpointError::NoHost),
            ("http://:80", EndpointError::NoHost),
            ("http://-x", EndpointError::Host("-x".into())),
            ("http://[::1", EndpointError::Host("[::1".into())),
            ("http://x:0", EndpointError::Port("0".into())),
            ("http://x:99999", EndpointError::Port("99999".into())),
            ("http://x:+8", EndpointError::Port("+8".into())),
            ("http://x/v1/logs", EndpointError::Path),
            ("http://x y", EndpointError::Character),
            ("http://é", EndpointError::Character),
        ] {
            assert_eq!(shown(text), Err(error), "{text}");
        }
    }

    #[test]
    fn the_server_of_an_address_ends_where_its_path_begins() {
        let server = |url: &str| Endpoint::of_url(url).map(|endpoint| endpoint.authority());
        for url in ["https://a.b", "https://A.b:443/c:1/d", "https://a.b?c=/@d", "https://a.b#@c"] {
            assert_eq!(server(url), Ok("a.b:443".into()), "{url}");
        }
        assert_eq!(server("http://[::1]:5000/a"), Ok("[::1]:5000".into()));
        // What browsers take for a slash or leave out would be another server.
        assert_eq!(server("https://a.b\\@c"), Err(EndpointError::Character));
        assert_eq!(server("https://a.b@c/"), Err(EndpointError::UserInfo));
    }
}
