//! The Services that a graph calls: which pods are behind them, on which ports.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use kube::{Api, Client};

use crate::destination::{Destination, ServiceName};

/// What a policy needs to know of a Service.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Service {
    pub selector: BTreeMap<String, String>,
    /// By port of the Service, the port of its pods.
    pub targets: BTreeMap<u16, IntOrString>,
}

/// Those that exist.
pub(crate) type Services = BTreeMap<ServiceName, Service>;

/// Looks up the Services among the destinations. One that cannot be read counts as absent: the
/// policy becomes wider, the graph does not stop.
pub(crate) async fn services(
    client: &Client,
    destinations: impl IntoIterator<Item = Destination>,
) -> Services {
    let mut found = Services::new();
    for destination in destinations {
        let Destination::Service(name, _) = destination else { continue };
        let api: Api<v1::Service> = Api::namespaced(client.clone(), &name.namespace);
        if let Ok(Some(service)) = api.get_opt(&name.name).await {
            found.insert(name, describe(&service));
        }
    }
    found
}

fn describe(service: &v1::Service) -> Service {
    let spec = service.spec.clone().unwrap_or_default();
    let ports = spec.ports.into_iter().flatten();
    let targets = ports.filter_map(|port| {
        let number = u16::try_from(port.port).ok()?;
        Some((number, port.target_port.unwrap_or(IntOrString::Int(port.port))))
    });
    Service { targets: targets.collect(), selector: spec.selector.unwrap_or_default() }
}
