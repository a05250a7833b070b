//! The container of the runtime node: its arguments, identity, probes and bounds.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    Capabilities, Container, ContainerPort, EnvVar, EnvVarSource, HTTPGetAction,
    ObjectFieldSelector, Probe, ResourceRequirements, SecurityContext,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::volumes::{self, Mount};
use super::{Plan, service};
use crate::unguard::ADMIN_PORT;
use crate::words;

/// Name of the container; a `podTemplate` refers to it.
pub(crate) const NODE: &str = "node";

/// Seconds in which a node that was told to stop still accepts requests: endpoints lag behind.
pub(super) const STOP_GRACE: i64 = 5;
/// Seconds that requests in flight may take after that.
pub(super) const DRAIN: i64 = 30;

const ADMIN: &str = "admin";
const TERMINATION_LOG: &str = "/dev/termination-log";

/// What a node asks for; a graph with larger components says more in its `podTemplate`.
const REQUESTS: [(&str, &str); 2] = [("cpu", "50m"), ("memory", "96Mi")];
const LIMITS: [(&str, &str); 1] = [("memory", "512Mi")];

pub(super) fn node(plan: &Plan<'_>, mounts: &[Mount]) -> Container {
    Container {
        name: NODE.to_owned(),
        image: Some(plan.revision.image.to_owned()),
        image_pull_policy: plan.settings.runtime_pull_policy.map(|policy| format!("{policy:?}")),
        args: Some(arguments(plan)),
        env: Some(environment(plan)),
        ports: Some(ports(plan)),
        resources: Some(ResourceRequirements {
            requests: Some(quantities(&REQUESTS)),
            limits: Some(quantities(&LIMITS)),
            ..ResourceRequirements::default()
        }),
        security_context: Some(SecurityContext {
            allow_privilege_escalation: Some(false),
            read_only_root_filesystem: Some(true),
            capabilities: Some(Capabilities {
                drop: Some(vec!["ALL".to_owned()]),
                ..Capabilities::default()
            }),
            ..SecurityContext::default()
        }),
        // No startup probe: the admin port is open before the graph is read, so that a slow start
        // is no sign of death. And the kubelet asks for readiness at once when a container runs,
        // but for the end of the start only at its next turn. The node keeps the question open
        // until it is ready.
        readiness_probe: Some(probe("/readyz", 1, 3)),
        liveness_probe: Some(probe("/livez", 10, 3)),
        termination_message_path: Some(TERMINATION_LOG.to_owned()),
        termination_message_policy: Some("FallbackToLogsOnError".to_owned()),
        volume_mounts: Some(mounts.iter().map(Mount::mount).collect()),
        ..Container::default()
    }
}

fn arguments(plan: &Plan<'_>) -> Vec<String> {
    let (grace, drain) = (STOP_GRACE.to_string(), DRAIN.to_string());
    let arguments = [
        "run",
        "/etc/componentgraph/revision/graph.json",
        "--live",
        "/etc/componentgraph/live/live.json",
        "--config-maps-dir",
        volumes::CONFIG_MAPS,
        "--secrets-dir",
        volumes::SECRETS,
        "--address",
        "0.0.0.0",
        "--stop-grace",
        &grace,
        "--drain",
        &drain,
        "--termination-log",
        TERMINATION_LOG,
        "--log-format",
        "json",
    ];
    let pulls = volumes::pulls_images(&plan.graph().spec);
    let registry = ["--pull-secrets-dir", volumes::PULL_SECRETS, "--cache-dir", volumes::CACHE];
    let registry = registry.into_iter().filter(|_| pulls);
    arguments.into_iter().chain(registry).map(str::to_owned).collect()
}

/// Who the pod is, told by the kubelet: the node has no access to the API server.
fn environment(plan: &Plan<'_>) -> Vec<EnvVar> {
    let attributes = [
        ("k8s.namespace.name", plan.namespace()),
        ("k8s.pod.name", "$(POD_NAME)"),
        ("k8s.pod.uid", "$(POD_UID)"),
        ("k8s.node.name", "$(NODE_NAME)"),
        ("k8s.deployment.name", plan.name()),
        (words::REVISION_ATTRIBUTE, plan.revision.name),
    ];
    let attributes = attributes.map(|(key, value)| format!("{key}={value}")).join(",");
    vec![
        from_field("POD_NAME", "metadata.name"),
        from_field("POD_UID", "metadata.uid"),
        from_field("NODE_NAME", "spec.nodeName"),
        EnvVar {
            name: "OTEL_RESOURCE_ATTRIBUTES".to_owned(),
            value: Some(attributes),
            ..EnvVar::default()
        },
    ]
}

fn from_field(name: &str, path: &str) -> EnvVar {
    EnvVar {
        name: name.to_owned(),
        value_from: Some(EnvVarSource {
            field_ref: Some(ObjectFieldSelector {
                api_version: Some("v1".to_owned()),
                field_path: path.to_owned(),
            }),
            ..EnvVarSource::default()
        }),
        ..EnvVar::default()
    }
}

fn ports(plan: &Plan<'_>) -> Vec<ContainerPort> {
    let http = service::pod_port(plan).map(|port| (service::HTTP, port));
    let ports = http.into_iter().chain([(ADMIN, ADMIN_PORT)]);
    ports
        .map(|(name, port)| ContainerPort {
            name: Some(name.to_owned()),
            container_port: i32::from(port),
            protocol: Some("TCP".to_owned()),
            ..ContainerPort::default()
        })
        .collect()
}

fn probe(path: &str, period: i32, failures: i32) -> Probe {
    Probe {
        http_get: Some(HTTPGetAction {
            path: Some(path.to_owned()),
            port: IntOrString::String(ADMIN.to_owned()),
            scheme: Some("HTTP".to_owned()),
            ..HTTPGetAction::default()
        }),
        period_seconds: Some(period),
        failure_threshold: Some(failures),
        timeout_seconds: Some(2),
        ..Probe::default()
    }
}

fn quantities(list: &[(&str, &str)]) -> BTreeMap<String, Quantity> {
    list.iter().map(|(key, value)| ((*key).to_owned(), Quantity((*value).to_owned()))).collect()
}
