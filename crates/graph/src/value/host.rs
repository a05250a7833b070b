//! Who may be called: entries of `allowedHosts` and `allowedAddresses`. It checks their
//! form; who may really be called is judged by whoever calls.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use thiserror::Error;

use super::endpoint::{is_host_name, split_authority};

/// One entry of `wasiHttp.allowedHosts`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AllowedHost {
    /// `@collector`: the environment's collector, whatever it is.
    Collector,
    /// `host` or `host:port`; without a port, that of the request's scheme.
    Exact { host: String, port: Option<u16> },
    /// `*.domain` or `*.domain:port`: every name below the domain, not the domain itself.
    Below { domain: String, port: Option<u16> },
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HostError {
    #[error("it is empty")]
    Empty,
    #[error("it is an address with a scheme or a path, and only host and port are compared")]
    Url,
    #[error("`@collector` is the only word with `@`")]
    Word,
    #[error("`*` may only stand alone at the beginning, before a domain")]
    Star,
    #[error("it is not a host, optionally with a port")]
    Form,
}

impl AllowedHost {
    pub fn parse(text: &str) -> Result<Self, HostError> {
        match text {
            "" => return Err(HostError::Empty),
            "@collector" => return Ok(Self::Collector),
            _ if text.starts_with('@') => return Err(HostError::Word),
            _ if text.contains('/') => return Err(HostError::Url),
            _ => {}
        }
        let (below, rest) = match text.strip_prefix("*.") {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        if rest.contains('*') {
            return Err(HostError::Star);
        }
        let (host, port) = split_authority(rest).map_err(|_| HostError::Form)?;
        if !below {
            return Ok(Self::Exact { host, port });
        }
        // Below an address there is nothing.
        if host.parse::<IpAddr>().is_ok() || !is_host_name(&host) {
            return Err(HostError::Star);
        }
        Ok(Self::Below { domain: host, port })
    }
}

/// `address:port` or `network/prefix:port`, with brackets around the address if it is IPv6.
pub(crate) fn is_allowed_address(text: &str) -> bool {
    let Some((network, port)) = text.rsplit_once(':') else { return false };
    let (address, prefix) = match network.split_once('/') {
        Some((address, prefix)) => (address, prefix.parse::<u8>().ok()),
        None => (network, Some(0)),
    };
    let bracketed = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let longest = match (bracketed, bracketed.unwrap_or(address).parse::<IpAddr>()) {
        (None, Ok(IpAddr::V4(_))) => 32,
        (Some(_), Ok(IpAddr::V6(_))) => 128,
        _ => return false,
    };
    prefix.is_some_and(|prefix| prefix <= longest) && port.parse::<u16>().is_ok_and(|p| p != 0)
}

/// Link-local, where clouds answer with their own secrets: in either family, also an IPv4 address inside an IPv6 one, and the one metadata
/// address that is unique-local.
pub fn is_link_local(address: IpAddr) -> bool {
    const METADATA: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_link_local(),
        IpAddr::V6(v6) => {
            v6.is_unicast_link_local()
                || v6 == METADATA
                || translated(v6).is_some_and(|v4| v4.is_link_local())
        }
    }
}

/// The IPv4 address that a NAT64 gateway would turn this one into.
fn translated(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    match v6.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            Some(Ipv4Addr::from_bits((u32::from(high) << 16) | u32::from(low)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_have_four_forms() {
        assert_eq!(AllowedHost::parse("@collector"), Ok(AllowedHost::Collector));
        for (text, error) in [
            ("", HostError::Empty),
            ("https://api.example", HostError::Url),
            ("api.example/v1", HostError::Url),
            ("@collectr", HostError::Word),
            ("*", HostError::Star),
            ("a.*.example", HostError::Star),
            ("*.10.0.0.1", HostError::Star),
            ("api example", HostError::Form),
            ("api.example:http", HostError::Form),
        ] {
            assert_eq!(AllowedHost::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn addresses_are_numbers() {
        for good in ["10.0.0.1:80", "10.0.0.0/8:443", "[fd00::]/8:53", "[::1]:1"] {
            assert!(is_allowed_address(good), "{good}");
        }
        for bad in ["", "x:80", "10.0.0.1", "10.0.0.0/33:1", "::1:80", "10.0.0.1:0", "[10.0.0.1]:1"]
        {
            assert!(!is_allowed_address(bad), "{bad}");
        }
    }
}
