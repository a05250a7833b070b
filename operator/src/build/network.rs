//! The NetworkPolicy that follows from what a graph lists: exact on ports, approximate on addresses.
//! Which names a component may call is enforced by the node.

use std::collections::BTreeMap;

use k8s_openapi::api::networking::v1::{
    IPBlock, NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer,
    NetworkPolicyPort, NetworkPolicySpec,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::{Plan, selector, service};
use crate::dereference::{Service, Services};
use crate::destination::{Destination, ServiceName, destinations};
use crate::settings::Settings;
use crate::unguard::ADMIN_PORT;

/// Names a namespace on the namespace itself.
const NAMESPACE: &str = "kubernetes.io/metadata.name";
/// What no name outside the cluster may stand for: metadata services of clouds live there.
const LINK_LOCAL: [&str; 2] = ["169.254.0.0/16", "fe80::/10"];
const DNS: u16 = 53;

pub(super) fn policy(plan: &Plan<'_>) -> NetworkPolicy {
    let mut egress = vec![dns()];
    let destinations = destinations(plan.accepted, plan.settings);
    egress.extend(destinations.iter().map(|to| rule(to, plan.services, plan.settings)));
    NetworkPolicy {
        metadata: plan.meta(plan.name()),
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(labels(selector(plan.name()))),
            policy_types: Some(vec!["Ingress".to_owned(), "Egress".to_owned()]),
            ingress: Some(vec![NetworkPolicyIngressRule {
                ports: Some(
                    service::pod_port(plan).into_iter().chain([ADMIN_PORT]).map(tcp).collect(),
                ),
                ..NetworkPolicyIngressRule::default()
            }]),
            egress: Some(egress),
        }),
    }
}

fn rule(to: &Destination, services: &Services, settings: &Settings) -> NetworkPolicyEgressRule {
    match to {
        Destination::Service(name, port) => match services.get(name) {
            Some(Service::Pods { selector, targets }) => {
                into_pods(name, selector, targets.get(port), *port)
            }
            Some(Service::Addresses(targets)) => {
                anywhere(targets.get(port).copied().unwrap_or(*port), settings)
            }
            Some(Service::Hidden) => hidden(name, *port, settings),
            None if name.certain => peer(in_namespace(&name.namespace, None), vec![tcp(*port)]),
            None => anywhere(*port, settings),
        },
        Destination::Address(address, port) => {
            let prefix = if address.is_ipv4() { 32 } else { 128 };
            block(format!("{address}/{prefix}"), *port)
        }
        Destination::Network(network, port) => block(network.clone(), *port),
        Destination::Anywhere(port) => anywhere(*port, settings),
    }
}

/// Policies see pods, not Services: the Service's own selector and the port behind it.
fn into_pods(
    name: &ServiceName,
    selector: &BTreeMap<String, String>,
    target: Option<&IntOrString>,
    port: u16,
) -> NetworkPolicyEgressRule {
    let port = target.cloned().unwrap_or(IntOrString::Int(i32::from(port)));
    peer(
        in_namespace(&name.namespace, Some(labels(selector.clone()))),
        vec![NetworkPolicyPort {
            port: Some(port),
            protocol: Some("TCP".to_owned()),
            ..NetworkPolicyPort::default()
        }],
    )
}

/// A Service that may not be looked at: all pods of its namespace, on the port that is called. Where
/// the name may as well be one outside the cluster, both.
fn hidden(name: &ServiceName, port: u16, settings: &Settings) -> NetworkPolicyEgressRule {
    let inside = in_namespace(&name.namespace, None);
    if name.certain {
        return peer(inside, vec![tcp(port)]);
    }
    let mut rule = anywhere(port, settings);
    rule.to.get_or_insert_default().push(inside);
    rule
}

fn in_namespace(name: &str, pods: Option<LabelSelector>) -> NetworkPolicyPeer {
    NetworkPolicyPeer {
        namespace_selector: Some(labels(BTreeMap::from([(NAMESPACE.to_owned(), name.to_owned())]))),
        pod_selector: pods,
        ..NetworkPolicyPeer::default()
    }
}

fn peer(to: NetworkPolicyPeer, ports: Vec<NetworkPolicyPort>) -> NetworkPolicyEgressRule {
    NetworkPolicyEgressRule { ports: Some(ports), to: Some(vec![to]) }
}

fn block(cidr: String, port: u16) -> NetworkPolicyEgressRule {
    let block = IPBlock { cidr, except: None };
    peer(
        NetworkPolicyPeer { ip_block: Some(block), ..NetworkPolicyPeer::default() },
        vec![tcp(port)],
    )
}

fn anywhere(port: u16, settings: &Settings) -> NetworkPolicyEgressRule {
    let blocks = [("0.0.0.0/0", false), ("::/0", true)].map(|(cidr, six)| {
        let inside = settings.cluster_cidrs.iter().map(String::as_str);
        let except: Vec<_> = LINK_LOCAL
            .into_iter()
            .chain(inside)
            .filter(|network| network.contains(':') == six)
            .map(str::to_owned)
            .collect();
        let block = IPBlock { cidr: cidr.to_owned(), except: Some(except) };
        NetworkPolicyPeer { ip_block: Some(block), ..NetworkPolicyPeer::default() }
    });
    NetworkPolicyEgressRule { ports: Some(vec![tcp(port)]), to: Some(blocks.to_vec()) }
}

/// Names are looked up by the cluster's servers, wherever these run.
fn dns() -> NetworkPolicyEgressRule {
    let ports = ["UDP", "TCP"].map(|protocol| NetworkPolicyPort {
        port: Some(IntOrString::Int(i32::from(DNS))),
        protocol: Some(protocol.to_owned()),
        ..NetworkPolicyPort::default()
    });
    NetworkPolicyEgressRule { ports: Some(ports.to_vec()), to: None }
}

fn tcp(port: u16) -> NetworkPolicyPort {
    NetworkPolicyPort {
        port: Some(IntOrString::Int(i32::from(port))),
        protocol: Some("TCP".to_owned()),
        ..NetworkPolicyPort::default()
    }
}

fn labels(match_labels: BTreeMap<String, String>) -> LabelSelector {
    LabelSelector { match_labels: Some(match_labels), ..LabelSelector::default() }
}
