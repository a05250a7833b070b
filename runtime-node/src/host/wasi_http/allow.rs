//! The destinations a capability may reach: `host`, `host:port`, `*.domain`, address literals and
//! `@collector`. Everything else is denied. Knows names and literals only; what a name resolves to
//! is judged in `resolve`.

use std::net::{IpAddr, Ipv6Addr};

use http::Uri;
use thiserror::Error;

/// The word that stands for the collector of the environment.
pub const COLLECTOR: &str = "@collector";

/// What may be reached. The empty list, which is the default, permits nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowList {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    host: Pattern,
    /// Without one, the default port of the request's scheme.
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Pattern {
    Exact(Host),
    /// `.domain`: every name below it, not the domain itself.
    Below(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Host {
    /// Lower case, without a final dot.
    Name(String),
    Address(IpAddr),
}

/// One entry that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("allowedHosts[{index}] {entry:?}: {refusal}")]
pub struct AllowError {
    pub index: usize,
    pub entry: String,
    pub refusal: Refusal,
}

/// Why an entry cannot be used, and what to write instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("a scheme is not part of an entry; write `host` or `host:port`")]
    Scheme,
    #[error("paths and address ranges are not supported; write `host`, `host:port` or an address")]
    Path,
    #[error("`*` alone would allow every host; list the hosts, or a domain as `*.example.com`")]
    Everything,
    #[error("`*` stands only at the front, followed by a dot, as in `*.example.com`")]
    Wildcard,
    #[error("unknown word; `@collector` is the only one")]
    Word,
    #[error("no collector is known; set `telemetry.endpoint` or OTEL_EXPORTER_OTLP_ENDPOINT")]
    NoCollector,
    #[error("the collector's address is not `http://host:port` or `https://host:port`")]
    Collector,
    #[error("the port is not a number from 1 to 65535")]
    Port,
    #[error("neither a host name nor an address; an IPv6 address with a port is `[::1]:8080`")]
    Host,
}

impl AllowList {
    /// Reads the entries of a capability; `collector` is the URL that `@collector` stands for. All
    /// bad entries are reported at once.
    pub fn parse(entries: &[String], collector: Option<&str>) -> Result<Self, Vec<AllowError>> {
        let mut list = Self::default();
        let mut errors = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            match parse_entry(entry, collector) {
                Ok(parsed) => list.entries.push(parsed),
                Err(refusal) => {
                    errors.push(AllowError { index, entry: entry.clone(), refusal });
                }
            }
        }
        if errors.is_empty() { Ok(list) } else { Err(errors) }
    }

    /// Whether a request to this URI may leave. Anything that is not plainly a host and a port is
    /// denied.
    pub fn permits(&self, uri: &Uri) -> bool {
        let (Some(host), Some(default)) = (uri.host().and_then(host), default_port(uri)) else {
            return false;
        };
        let port = uri.port_u16().unwrap_or(default);
        self.entries
            .iter()
            .any(|entry| entry.port.unwrap_or(default) == port && entry.host.matches(&host))
    }
}

impl Pattern {
    fn matches(&self, host: &Host) -> bool {
        match (self, host) {
            (Self::Exact(allowed), host) => allowed == host,
            (Self::Below(domain), Host::Name(name)) => {
                name.len() > domain.len() && name.ends_with(domain.as_str())
            }
            (Self::Below(_), Host::Address(_)) => false,
        }
    }
}

fn parse_entry(entry: &str, collector: Option<&str>) -> Result<Entry, Refusal> {
    if entry == COLLECTOR {
        return parse_collector(collector.ok_or(Refusal::NoCollector)?);
    }
    match entry {
        "*" => return Err(Refusal::Everything),
        _ if entry.contains("://") => return Err(Refusal::Scheme),
        _ if entry.contains('/') => return Err(Refusal::Path),
        _ if entry.starts_with('@') => return Err(Refusal::Word),
        _ => {}
    }
    let (text, port) = split_port(entry)?;
    let pattern = match text.strip_prefix('*') {
        Some(domain) => Pattern::Below(parse_domain(domain)?),
        None if text.contains('*') => return Err(Refusal::Wildcard),
        None => Pattern::Exact(host(text).ok_or(Refusal::Host)?),
    };
    Ok(Entry { host: pattern, port })
}

fn parse_collector(url: &str) -> Result<Entry, Refusal> {
    let uri: Uri = url.parse().map_err(|_| Refusal::Collector)?;
    let host = uri.host().and_then(host).ok_or(Refusal::Collector)?;
    let default = default_port(&uri).ok_or(Refusal::Collector)?;
    let port = uri.port_u16().unwrap_or(default);
    Ok(Entry { host: Pattern::Exact(host), port: Some(port) })
}

fn parse_domain(domain: &str) -> Result<String, Refusal> {
    let name = domain.strip_prefix('.').ok_or(Refusal::Wildcard)?;
    match host(name) {
        Some(Host::Name(name)) => Ok(format!(".{name}")),
        _ => Err(Refusal::Wildcard),
    }
}

/// Cuts `:port` off; a bare IPv6 address keeps all its colons.
fn split_port(entry: &str) -> Result<(&str, Option<u16>), Refusal> {
    if entry.parse::<Ipv6Addr>().is_ok() || entry.ends_with(']') {
        return Ok((entry, None));
    }
    let Some((host, port)) = entry.rsplit_once(':') else {
        return Ok((entry, None));
    };
    // `u16::from_str` would also take `+80`.
    if !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refusal::Port);
    }
    match port.parse() {
        Ok(port) if port != 0 => Ok((host, Some(port))),
        _ => Err(Refusal::Port),
    }
}

/// Reads a name or an address, IPv6 with or without brackets. IPv4 addresses written as IPv6 are
/// IPv4 addresses, so that one spelling cannot get past an entry for the other.
fn host(text: &str) -> Option<Host> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    if let Some(bare) = bare {
        let address: Ipv6Addr = bare.parse().ok()?;
        return Some(Host::Address(IpAddr::V6(address).to_canonical()));
    }
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(Host::Address(address.to_canonical()));
    }
    let name = text.strip_suffix('.').unwrap_or(text);
    is_name(name).then(|| Host::Name(name.to_ascii_lowercase()))
}

/// A DNS name. One whose last label is a number is not: resolvers read `127.1` and `0x7f000001`
/// as addresses.
fn is_name(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    name.len() <= 253
        && name.split('.').all(is_label)
        && !last.starts_with(|first: char| first.is_ascii_digit())
}

fn default_port(uri: &Uri) -> Option<u16> {
    match uri.scheme_str()? {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}
