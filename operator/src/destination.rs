//! Whom a graph calls, read from what it lists. Which of these are Services of the cluster is said by
//! their form; nobody is asked.

use std::collections::BTreeSet;
use std::net::IpAddr;

use graph::{AllowedHost, Capability, CapabilityType, Endpoint, ImageReference, Source, Spec};

use crate::settings::Settings;
use crate::unguard::Accepted;

/// A Service as a manifest names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ServiceName {
    pub namespace: String,
    pub name: String,
    /// Whether it cannot be a name outside the cluster.
    pub certain: bool,
}

/// Who may be called, before Services are looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Destination {
    Service(ServiceName, u16),
    Address(IpAddr, u16),
    /// `address/prefix`.
    Network(String, u16),
    /// A name that says nothing about its address.
    Anywhere(u16),
}

/// Everything a graph calls, each once.
pub(crate) fn destinations(accepted: &Accepted, settings: &Settings) -> BTreeSet<Destination> {
    let view = View { accepted, settings };
    let spec = &accepted.graph.spec;
    let mut found: BTreeSet<_> =
        spec.capabilities.iter().flat_map(|capability| view.capability(capability)).collect();
    found.extend(view.collector());
    found
        .extend(registries(spec).into_iter().flat_map(|(host, port)| view.host(&host, Some(port))));
    found
}

/// The graph and where it runs, which decides what its names mean.
struct View<'a> {
    accepted: &'a Accepted,
    settings: &'a Settings,
}

impl View<'_> {
    fn capability(&self, capability: &Capability) -> Vec<Destination> {
        match capability.kind {
            CapabilityType::Grpc => {
                let url = capability.grpc.as_ref().and_then(|grpc| grpc.url.as_deref());
                url.map(|url| self.endpoint(url)).unwrap_or_default()
            }
            CapabilityType::WasiHttp => {
                let hosts = capability.wasi_http.iter().flat_map(|http| &http.allowed_hosts);
                hosts.flat_map(|host| self.allowed(host)).collect()
            }
            CapabilityType::WasiSockets => {
                let sockets = capability.wasi_sockets.iter();
                sockets.flat_map(|s| &s.allowed_addresses).filter_map(|a| network(a)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn collector(&self) -> Vec<Destination> {
        self.accepted.collector.as_deref().map(|url| self.endpoint(url)).unwrap_or_default()
    }

    fn endpoint(&self, url: &str) -> Vec<Destination> {
        let endpoint = Endpoint::parse(url).ok();
        endpoint.map(|e| self.host(&e.host, Some(e.port))).unwrap_or_default()
    }

    fn allowed(&self, host: &str) -> Vec<Destination> {
        match AllowedHost::parse(host) {
            Ok(AllowedHost::Exact { host, port }) => self.host(&host, port),
            Ok(AllowedHost::Below { port, .. }) => {
                ports(port).into_iter().map(Destination::Anywhere).collect()
            }
            // The collector is listed anyway, and what is not a host was refused.
            Ok(AllowedHost::Collector) | Err(_) => Vec::new(),
        }
    }

    fn host(&self, host: &str, port: Option<u16>) -> Vec<Destination> {
        if host == "localhost" || host.parse::<IpAddr>().is_ok_and(|a| a.is_loopback()) {
            return Vec::new();
        }
        let to = |port| match host.parse::<IpAddr>() {
            Ok(address) => Destination::Address(address, port),
            Err(_) => match self.service(host) {
                Some(service) => Destination::Service(service, port),
                None => Destination::Anywhere(port),
            },
        };
        ports(port).into_iter().map(to).collect()
    }

    /// `name`, `name.ns`, `name.ns.svc`, and the latter with the domain of the cluster.
    fn service(&self, host: &str) -> Option<ServiceName> {
        let own = self.accepted.graph.metadata.namespace.as_deref().unwrap_or_default();
        let suffix = format!(".svc.{}", self.settings.cluster_domain);
        let short = host.strip_suffix(&suffix).or_else(|| host.strip_suffix(".svc"));
        let mut labels = short.unwrap_or(host).split('.');
        let (name, namespace) = (labels.next()?, labels.next());
        (labels.next().is_none() && (short.is_none() || namespace.is_some())).then(|| ServiceName {
            name: name.to_owned(),
            namespace: namespace.unwrap_or(own).to_owned(),
            certain: short.is_some() || namespace.is_none(),
        })
    }
}

/// Without a port, those of both schemes.
fn ports(port: Option<u16>) -> Vec<u16> {
    port.map_or_else(|| vec![80, 443], |port| vec![port])
}

fn network(text: &str) -> Option<Destination> {
    let (network, port) = text.rsplit_once(':')?;
    let port = port.parse().ok()?;
    let network = network.replace(['[', ']'], "");
    match network.parse::<IpAddr>() {
        Ok(address) => Some(Destination::Address(address, port)),
        Err(_) => Some(Destination::Network(network, port)),
    }
}

/// Hosts and ports that nodes fetch artifacts from.
fn registries(spec: &Spec) -> BTreeSet<(String, u16)> {
    let sources = spec.components.iter().filter_map(|component| component.source());
    let servers = sources.filter_map(|source| match source {
        Source::Image(image) => {
            let image = ImageReference::parse(image).ok()?;
            Endpoint::parse(&format!("https://{}", image.authority())).ok()
        }
        Source::Url(url) => Endpoint::of_url(url).ok(),
        _ => None,
    });
    servers.map(|endpoint| (endpoint.host, endpoint.port)).collect()
}
