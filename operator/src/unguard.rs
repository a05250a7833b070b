//! From the stored object to a graph without problems of its own: the same checks as
//! `check --target cluster`, and what only an installation can know. It asks nobody.

use graph::{
    CapabilityType, ComponentGraph, Manifest, NetworkPolicyMode, Problem, Spec, Target,
    collector_endpoint,
};
use serde_json::json;

use crate::reason::Word;
use crate::refusal::{Refusal, Stage};
use crate::resource::Graph;
use crate::settings::Settings;

/// The port on which a node answers probes.
pub(crate) const ADMIN_PORT: u16 = 9090;

/// A graph that may be rolled out as far as its manifest goes.
#[derive(Clone, Debug)]
pub(crate) struct Accepted {
    pub graph: ComponentGraph,
    /// Where telemetry goes; `None` for a graph that sends none.
    pub collector: Option<String>,
    pub network_policy: NetworkPolicyMode,
}

/// Reads and checks the object.
pub(crate) fn unguard(object: &Graph, settings: &Settings) -> Result<Accepted, Refusal> {
    let manifest = read(object)?;
    let spec = &manifest.graph.spec;
    let collector = spec.telemetry.as_ref().and_then(|t| t.endpoint.clone());
    let collector = collector.or_else(|| settings.collector.clone());
    let problems: Vec<_> =
        ports(spec).into_iter().chain(collectors(spec, collector.as_deref(), settings)).collect();
    match Refusal::of(Stage::Accepted, &problems) {
        Some(refusal) => Err(refusal),
        None => Ok(Accepted {
            network_policy: spec
                .network_policy
                .as_ref()
                .map_or(settings.network_policy, |policy| policy.mode),
            graph: manifest.graph,
            collector,
        }),
    }
}

fn read(object: &Graph) -> Result<Manifest, Refusal> {
    let manifest = json!({
        "apiVersion": graph::API_VERSION,
        "kind": graph::KIND,
        "metadata": {"name": object.name(), "namespace": object.namespace()},
        "spec": object.spec,
    });
    graph::read(manifest.to_string().as_bytes(), "graph", Target::Cluster).map_err(|problems| {
        let refusal = Refusal::of(Stage::Accepted, problems.list());
        refusal.unwrap_or_else(|| {
            Refusal::new(Stage::Accepted, Word::Unreadable, "the object cannot be read")
        })
    })
}

fn ports(spec: &Spec) -> Option<Problem> {
    let port = spec.http.as_ref()?.port?;
    (port == ADMIN_PORT).then(|| {
        Problem::new("reserved-port", "spec.http.port", "the node answers probes on this port")
            .expected("another port")
            .found(format!("`{port}`"))
            .fix("leave `port` out, or choose another")
    })
}

/// A graph that needs the environment's collector needs an environment that has one.
fn collectors(spec: &Spec, collector: Option<&str>, settings: &Settings) -> Option<Problem> {
    let field = needs_collector(spec)?;
    let Some(endpoint) = collector else {
        return Some(
            Problem::new("no-collector", field, "it goes to the collector, and there is none")
                .expected("`spec.telemetry.endpoint`, or a collector named at installation")
                .fix("set `spec.telemetry.endpoint: http://HOST:4317`"),
        );
    };
    let bad = collector_endpoint(None, None, Some(endpoint)).err()?;
    let from = match &settings.collector {
        Some(own) if own == endpoint => "the collector named at installation",
        _ => "`spec.telemetry.endpoint`",
    };
    let message = format!("{from} is not usable: {}", bad.source);
    Some(Problem::new("bad-endpoint", field, message).found(format!("`{endpoint}`")))
}

fn needs_collector(spec: &Spec) -> Option<String> {
    spec.capabilities.iter().enumerate().find_map(|(i, capability)| {
        let base = format!("spec.capabilities[{i}]");
        let hosts = capability.wasi_http.as_ref().map(|http| http.allowed_hosts.as_slice());
        let listed = hosts.unwrap_or_default().iter().position(|host| host == "@collector");
        match capability.kind {
            CapabilityType::Grpc => {
                let url = capability.grpc.as_ref().and_then(|grpc| grpc.url.as_ref());
                url.is_none().then(|| format!("{base}.grpc"))
            }
            CapabilityType::Otel => Some(base),
            _ => listed.map(|k| format!("{base}.wasiHttp.allowedHosts[{k}]")),
        }
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::settings::Upgrade;

    pub(crate) fn settings() -> Settings {
        Settings {
            runtime_image: "example/runtime-node:1".to_owned(),
            runtime_pull_secrets: Vec::new(),
            runtime_pull_policy: None,
            upgrade: Upgrade::OnNextChange,
            collector: Some("http://otelcol.observability.svc:4317".to_owned()),
            log_level: graph::LogLevel::Info,
            network_policy: NetworkPolicyMode::Derived,
            allowed_registries: Vec::new(),
            registry_ca: None,
            account: "componentgraph-system:componentgraph".to_owned(),
            pull_secrets_role: "componentgraph-pull-secrets".to_owned(),
            cluster_cidrs: vec!["10.96.0.0/16".to_owned()],
            cluster_domain: "cluster.local".to_owned(),
        }
    }

    pub(crate) fn object(yaml: &str) -> Graph {
        let value: serde_json::Value = serde_yaml::from_str(yaml).unwrap();
        let mut graph: Graph = serde_json::from_value(value).unwrap();
        graph.metadata.namespace = Some("shop".to_owned());
        graph.metadata.uid = Some("uid-1".to_owned());
        graph.metadata.generation = Some(1);
        graph
    }

    pub(crate) const EXAMPLE: &str = include_str!("../../examples/otel/capability.yaml");
    pub(crate) const COMPONENTS: &str = include_str!("../../examples/otel/components.yaml");

    fn reason(yaml: &str, settings: &Settings) -> (String, String) {
        let refusal = unguard(&object(yaml), settings).unwrap_err();
        assert_eq!(refusal.stage, Stage::Accepted);
        (refusal.reason.to_string(), refusal.message)
    }

    #[test]
    fn the_examples_are_accepted() {
        for yaml in [EXAMPLE, COMPONENTS] {
            let accepted = unguard(&object(yaml), &settings()).unwrap();
            assert_eq!(accepted.collector, settings().collector);
        }
    }

    #[test]
    fn what_only_a_cluster_refuses() {
        let none = Settings { collector: None, ..settings() };
        assert_eq!(reason(EXAMPLE, &none).0, "NoCollector");
        assert_eq!(reason(COMPONENTS, &none).0, "NoCollector");
        let bad = Settings { collector: Some("otelcol:4317".to_owned()), ..settings() };
        assert_eq!(reason(EXAMPLE, &bad).0, "BadEndpoint");
        let file = EXAMPLE.replace("builtin: hello-log", "file: guest.wasm");
        assert_eq!(reason(&file, &settings()).0, "LocalSource");
        let port = EXAMPLE.replace("http:\n    routes", "http:\n    port: 9090\n    routes");
        assert_eq!(reason(&port, &settings()).0, "ReservedPort");
    }

    #[test]
    fn an_object_of_another_version_is_refused_with_its_field() {
        let newer = EXAMPLE.replace("spec:\n", "spec:\n  flavour: sweet\n");
        let (reason, message) = reason(&newer, &settings());
        assert_eq!(reason, "UnknownKey");
        assert!(message.starts_with("spec.flavour: "), "{message}");
    }
}
