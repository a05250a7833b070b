//! The Services that a graph calls: which pods are behind them, on which ports. What cannot be read
//! for a moment stops the reconcile, or the policy of a graph would flap with the server's health.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use kube::{Api, Client, Error};

use crate::destination::{Destination, ServiceName};
use crate::reason::Word;
use crate::refusal::{Refusal, Stage};

/// What a policy needs to know of a Service.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Service {
    /// It stands for pods of its namespace.
    Pods {
        selector: BTreeMap<String, String>,
        /// By port of the Service, the port of its pods.
        targets: BTreeMap<u16, IntOrString>,
    },
    /// It stands for addresses that somebody wrote down, or for a name outside; by port of the
    /// Service, the port there.
    Addresses(BTreeMap<u16, u16>),
    /// The operator may not look into its namespace, nor know whether there is one.
    Hidden,
}

/// Those that exist, or may do so.
pub(crate) type Services = BTreeMap<ServiceName, Service>;

/// Looks up the Services among the destinations.
pub(crate) async fn services(
    client: &Client,
    destinations: impl IntoIterator<Item = Destination>,
) -> Result<Services, Refusal> {
    let mut found = Services::new();
    for destination in destinations {
        let Destination::Service(name, _) = destination else { continue };
        let api: Api<v1::Service> = Api::namespaced(client.clone(), &name.namespace);
        match api.get_opt(&name.name).await {
            Ok(Some(service)) => drop(found.insert(name, describe(&service))),
            Ok(None) => {}
            Err(Error::Api(status)) if status.code == 403 => {
                found.insert(name, Service::Hidden);
            }
            Err(error) => return Err(unread(&name, &error)),
        }
    }
    Ok(found)
}

fn unread(name: &ServiceName, error: &Error) -> Refusal {
    let ServiceName { namespace, name, .. } = name;
    let message = format!("Service `{name}` of namespace `{namespace}` cannot be read: {error}");
    Refusal { passing: true, ..Refusal::new(Stage::Available, Word::ServerError, message) }
}

fn describe(service: &v1::Service) -> Service {
    let spec = service.spec.clone().unwrap_or_default();
    let ports = spec.ports.into_iter().flatten().filter_map(|port| {
        let number = u16::try_from(port.port).ok()?;
        Some((number, port.target_port.unwrap_or(IntOrString::Int(port.port))))
    });
    let is_outside = spec.type_.as_deref() == Some("ExternalName");
    match spec.selector.filter(|selector| !selector.is_empty() && !is_outside) {
        Some(selector) => Service::Pods { selector, targets: ports.collect() },
        None if is_outside => Service::Addresses(BTreeMap::new()),
        None => {
            Service::Addresses(ports.filter_map(|(port, to)| Some((port, number(&to)?))).collect())
        }
    }
}

fn number(port: &IntOrString) -> Option<u16> {
    match port {
        IntOrString::Int(port) => u16::try_from(*port).ok(),
        IntOrString::String(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(spec: serde_json::Value, expected: Service) {
        let service = serde_json::from_value(json!({"spec": spec})).unwrap();
        assert_eq!(describe(&service), expected);
    }

    #[test]
    fn what_is_behind_a_service() {
        let selector = BTreeMap::from([("a".to_owned(), "b".to_owned())]);
        check(
            json!({"selector": {"a": "b"}, "ports": [{"port": 80, "targetPort": "http"}, {"port": 81}]}),
            Service::Pods {
                selector,
                targets: BTreeMap::from([
                    (80, IntOrString::String("http".to_owned())),
                    (81, IntOrString::Int(81)),
                ]),
            },
        );
        check(
            json!({"ports": [{"port": 80, "targetPort": 8080}, {"port": 81, "targetPort": "x"}]}),
            Service::Addresses(BTreeMap::from([(80, 8080)])),
        );
        check(
            json!({"type": "ExternalName", "externalName": "db.example.com", "selector": {"a": "b"}}),
            Service::Addresses(BTreeMap::new()),
        );
    }
}
