//! The Service of the routes, and the account of the pods. The account has no rights and the pods
//! no token of it.

use graph::Http;
use k8s_openapi::api::core::v1::{Service, ServiceAccount, ServicePort, ServiceSpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::{Plan, selector};
use crate::revision::http_port;

/// Name of the port of the routes, on pods and Services.
pub(super) const HTTP: &str = "http";

/// The port of the Service; that of the pods is the graph's own affair.
const SERVICE_PORT: u16 = 80;

pub(super) fn service(plan: &Plan<'_>, _http: &Http) -> Service {
    Service {
        metadata: plan.meta(plan.name()),
        spec: Some(ServiceSpec {
            type_: Some("ClusterIP".to_owned()),
            selector: Some(selector(plan.name())),
            ports: Some(vec![ServicePort {
                name: Some(HTTP.to_owned()),
                port: i32::from(SERVICE_PORT),
                protocol: Some("TCP".to_owned()),
                target_port: Some(IntOrString::String(HTTP.to_owned())),
                ..ServicePort::default()
            }]),
            ..ServiceSpec::default()
        }),
        ..Service::default()
    }
}

/// Where the routes answer inside the cluster.
pub(crate) fn url(name: &str, namespace: &str) -> String {
    format!("http://{name}.{namespace}.svc")
}

pub(super) fn account(plan: &Plan<'_>) -> ServiceAccount {
    ServiceAccount {
        metadata: plan.meta(plan.name()),
        automount_service_account_token: Some(false),
        ..ServiceAccount::default()
    }
}

/// The port that pods listen on.
pub(super) fn pod_port(plan: &Plan<'_>) -> Option<u16> {
    plan.graph().spec.http.as_ref().map(http_port)
}
