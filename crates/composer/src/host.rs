//! What the host provides, as tables: the interfaces of each capability type, what everyone gets,
//! and how each interface is kept apart. Knows nothing of a particular graph.

use graph::CapabilityType;

use crate::interface::{Fit, InterfaceName, fit};

/// How a host interface reaches the components of one composition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Carries authority or identity: one slot for each component instance.
    Apart,
    /// Resources and methods without authority of their own: one import, shared by all.
    Shared,
    /// A resource shared with other interfaces *and* a constructor with authority. It can be kept
    /// apart only through a shim, which does not exist.
    Shim,
}

/// Given to every component that imports it, unless a listed component exports it.
const CONFIG: &str = "wasi:config/store@0.2.0-rc.1";

const SHARED: &[&str] = &[
    "wasi:cli/terminal-input@0.2.12",
    "wasi:cli/terminal-output@0.2.12",
    "wasi:clocks/monotonic-clock@0.2.12",
    "wasi:clocks/wall-clock@0.2.12",
    "wasi:filesystem/types@0.2.12",
    "wasi:http/types@0.2.12",
    "wasi:io/error@0.2.12",
    "wasi:io/poll@0.2.12",
    "wasi:io/streams@0.2.12",
    "wasi:random/insecure-seed@0.2.12",
    "wasi:random/insecure@0.2.12",
    "wasi:random/random@0.2.12",
    "wasi:sockets/network@0.2.12",
    "wasi:sockets/tcp@0.2.12",
    "wasi:sockets/udp@0.2.12",
];

const GRPC: &[&str] = &["modulewise:grpc/endpoint@0.1.0"];

const OTEL: &[&str] = &[
    "wasi:otel/logs@0.2.0-rc.2",
    "wasi:otel/metrics@0.2.0-rc.2",
    "wasi:otel/tracing@0.2.0-rc.2",
    "wasi:otel/types@0.2.0-rc.2",
];

const WASI_P2: &[&str] = &[
    "wasi:cli/environment@0.2.12",
    "wasi:cli/exit@0.2.12",
    "wasi:cli/stderr@0.2.12",
    "wasi:cli/stdin@0.2.12",
    "wasi:cli/stdout@0.2.12",
    "wasi:cli/terminal-input@0.2.12",
    "wasi:cli/terminal-output@0.2.12",
    "wasi:cli/terminal-stderr@0.2.12",
    "wasi:cli/terminal-stdin@0.2.12",
    "wasi:cli/terminal-stdout@0.2.12",
    "wasi:clocks/monotonic-clock@0.2.12",
    "wasi:clocks/wall-clock@0.2.12",
    "wasi:filesystem/preopens@0.2.12",
    "wasi:filesystem/types@0.2.12",
    "wasi:io/error@0.2.12",
    "wasi:io/poll@0.2.12",
    "wasi:io/streams@0.2.12",
    "wasi:random/insecure-seed@0.2.12",
    "wasi:random/insecure@0.2.12",
    "wasi:random/random@0.2.12",
];

const WASI_HTTP: &[&str] = &["wasi:http/outgoing-handler@0.2.12", "wasi:http/types@0.2.12"];

const WASI_FILESYSTEM: &[&str] =
    &["wasi:filesystem/preopens@0.2.12", "wasi:filesystem/types@0.2.12"];

const WASI_SOCKETS: &[&str] = &[
    "wasi:sockets/instance-network@0.2.12",
    "wasi:sockets/ip-name-lookup@0.2.12",
    "wasi:sockets/network@0.2.12",
    "wasi:sockets/tcp-create-socket@0.2.12",
    "wasi:sockets/tcp@0.2.12",
    "wasi:sockets/udp-create-socket@0.2.12",
    "wasi:sockets/udp@0.2.12",
];

const WASI_KEYVALUE: &[&str] = &[
    "wasi:keyvalue/atomics@0.2.0-draft2",
    "wasi:keyvalue/batch@0.2.0-draft2",
    "wasi:keyvalue/store@0.2.0-draft2",
];

/// The interfaces that a capability of this type provides.
pub(crate) fn interfaces(kind: CapabilityType) -> &'static [&'static str] {
    match kind {
        CapabilityType::Grpc => GRPC,
        CapabilityType::Otel => OTEL,
        CapabilityType::WasiP2 => WASI_P2,
        CapabilityType::WasiHttp => WASI_HTTP,
        CapabilityType::WasiFilesystem => WASI_FILESYSTEM,
        CapabilityType::WasiSockets => WASI_SOCKETS,
        CapabilityType::WasiKeyvalue => WASI_KEYVALUE,
    }
}

/// What an interface is to the host, by its name.
pub(crate) fn class(name: &str) -> Class {
    let parsed = InterfaceName::parse(name);
    if SHARED.iter().any(|shared| InterfaceName::parse(shared).path == parsed.path) {
        return Class::Shared;
    }
    let third_preview = parsed.version.is_some_and(|v| (v.major, v.minor) >= (0, 3));
    match parsed.path {
        "wasi:keyvalue/store" => Class::Shim,
        "wasi:sockets/types" if third_preview => Class::Shim,
        _ => Class::Apart,
    }
}

/// How the shared interface of the host fits, with its full name.
pub(crate) fn shared(name: &str) -> Option<(&'static str, Fit)> {
    first_fit(SHARED, name)
}

/// How the configuration that the node gives to everyone fits.
pub(crate) fn config(name: &str) -> Option<(&'static str, Fit)> {
    first_fit(&[CONFIG], name)
}

/// How what a capability type provides fits.
pub(crate) fn capability(kind: CapabilityType, name: &str) -> Option<(&'static str, Fit)> {
    first_fit(interfaces(kind), name)
}

fn first_fit(offers: &[&'static str], name: &str) -> Option<(&'static str, Fit)> {
    offers.iter().find_map(|offer| fit(name, offer).map(|fit| (*offer, fit)))
}

/// The capability types that provide an interface, the specific ones first.
pub(crate) fn capability_types(name: &str) -> Vec<CapabilityType> {
    let mut kinds: Vec<_> = CapabilityType::ALL
        .into_iter()
        .filter(|kind| matches!(capability(*kind, name), Some((_, Fit::Fits))))
        .collect();
    kinds.sort_by_key(|kind| *kind == CapabilityType::WasiP2);
    kinds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shared_interface_but_sockets_and_http_is_in_the_bundle() {
        for name in SHARED {
            let aside = name.starts_with("wasi:sockets/") || name.starts_with("wasi:http/");
            let bundled = capability(CapabilityType::WasiP2, name).is_some();
            assert_eq!(bundled, !aside, "{name}");
        }
    }

    #[test]
    fn classes_follow_the_name() {
        assert_eq!(class("wasi:io/streams@0.2.3"), Class::Shared);
        assert_eq!(class("wasi:http/outgoing-handler@0.2.3"), Class::Apart);
        assert_eq!(class("wasi:keyvalue/store@0.2.0-draft2"), Class::Shim);
        assert_eq!(class("wasi:sockets/types@0.3.0"), Class::Shim);
        assert_eq!(class("acme:a/b@1.0.0"), Class::Apart);
    }

    #[test]
    fn build_metadata_does_not_hide_a_capability() {
        let kinds = capability_types("wasi:otel/logs@0.2.0-rc.2+patch");
        assert_eq!(kinds, [CapabilityType::Otel]);
    }
}
