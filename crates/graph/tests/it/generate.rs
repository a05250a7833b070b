//! Graphs without mistakes, with every field of the types.

use std::collections::BTreeMap;

use graph::*;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

fn text() -> impl Strategy<Value = String> {
    // What no reader of YAML takes for anything but text.
    "[a-zA-Z][ -~éß日]{0,20}[;é)]"
}

fn name() -> impl Strategy<Value = Name> {
    "[a-z]([-a-z0-9]{2,8}[a-z0-9])".prop_map(Name::new)
}

fn key_ref() -> impl Strategy<Value = (String, String)> {
    ("[a-z][a-z0-9]{3,5}", "[a-zA-Z0-9._-]{1,8}x[.]y")
}

fn config_map_key() -> impl Strategy<Value = ConfigMapKeyRef> {
    key_ref().prop_map(|(name, key)| ConfigMapKeyRef { name, key })
}

fn config_from() -> impl Strategy<Value = ConfigFrom> {
    let none = || ConfigFrom {
        secret_ref: None,
        config_map_ref: None,
        key: None,
        secret_key_ref: None,
        config_map_key_ref: None,
    };
    let object = || "[a-z]{4,6}".prop_map(|name| NameRef { name });
    prop_oneof![
        object().prop_map(move |o| ConfigFrom { secret_ref: Some(o), ..none() }),
        object().prop_map(move |o| ConfigFrom { config_map_ref: Some(o), ..none() }),
        ("[a-z.]{1,6}x", config_map_key(), any::<bool>()).prop_map(move |(key, from, secret)| {
            let (secret_key_ref, config_map_key_ref) =
                if secret { (Some(from), None) } else { (None, Some(from)) };
            ConfigFrom { key: Some(key), secret_key_ref, config_map_key_ref, ..none() }
        }),
    ]
}

fn limits(of_graph: bool) -> impl Strategy<Value = Limits> {
    let quantity = || option::of("[1-9][0-9]{0,2}Mi");
    (quantity(), option::of("[1-9][0-9]{0,3}(ms|s)"), option::of(1u32..99), quantity()).prop_map(
        move |(memory, timeout, concurrency, request_body)| Limits {
            memory,
            timeout: timeout.filter(|_| of_graph),
            concurrency: concurrency.filter(|_| of_graph),
            request_body: request_body.filter(|_| of_graph),
        },
    )
}

/// A component without a name and imports; the graph gives both.
fn component() -> impl Strategy<Value = Component> {
    let hex = || "[0-9a-f]{64}".prop_map(|hex| format!("sha256:{hex}"));
    let source = prop_oneof![
        "[a-z]{1,5}\\.example/[a-z]{1,5}:[0-9][0-9.]{0,2}x".prop_map(|s| (0, s)),
        "[a-z]{1,5}/[a-z]{1,5}\\.wasm".prop_map(|s| (1, s)),
        prop::sample::select(BUILTINS.to_vec()).prop_map(|s| (2, s.to_owned())),
        "https://[a-z]{1,5}\\.example/[a-z]{0,5}".prop_map(|s| (3, s)),
        "[a-z]{4,5}".prop_map(|s| (4, s)),
    ];
    let values = || btree_map("[a-z]{1,4}[.][a-z]{1,4}", text(), 0..4);
    let env = btree_map("[A-Z_]{4,6}", text(), 0..3);
    let instances =
        option::of(prop::sample::select(vec![Instances::Shared, Instances::PerConsumer]));
    (
        source,
        hex(),
        any::<bool>(),
        values(),
        vec(config_from(), 0..3),
        env,
        option::of(limits(false)),
        instances,
    )
        .prop_map(
            |((kind, source), digest, pin, config, config_from, env, limits, instances)| {
                let when = |wanted: i32| (kind == wanted).then(|| source.clone());
                Component {
                    name: Name::new("unnamed"),
                    image: when(0),
                    file: when(1),
                    builtin: when(2),
                    url: when(3),
                    config_map_key_ref: when(4)
                        .map(|name| ConfigMapKeyRef { name, key: "guest.wasm".to_owned() }),
                    digest: (pin || kind == 3).then_some(digest),
                    imports: Vec::new(),
                    links: Vec::new(),
                    config,
                    config_from,
                    env: env.into_iter().map(|(name, value)| EnvVar { name, value }).collect(),
                    limits,
                    labels: BTreeMap::from([("team".to_owned(), "blue".to_owned())]),
                    instances,
                }
            },
        )
}

fn capability() -> impl Strategy<Value = Capability> {
    let empty = |kind| Capability {
        name: Name::new("unnamed"),
        kind,
        grpc: None,
        otel: None,
        wasi_http: None,
        wasi_filesystem: None,
        wasi_sockets: None,
        wasi_keyvalue: None,
    };
    let grpc = (option::of("http://[a-z]{1,5}:[1-9][0-9]{0,3}"), option::of("[1-9]Mi")).prop_map(
        |(url, max_request_bytes)| GrpcOptions {
            url,
            paths: BTreeMap::from([("logs".to_owned(), "/a.b.C/Export".to_owned())]),
            max_request_bytes,
        },
    );
    let hosts = vec("[a-z]{1,5}\\.example(:[1-9][0-9]{0,3})?", 0..3);
    prop_oneof![
        grpc.prop_map(move |o| Capability { grpc: Some(o), ..empty(CapabilityType::Grpc) }),
        Just(Capability { otel: Some(OtelOptions {}), ..empty(CapabilityType::Otel) }),
        Just(empty(CapabilityType::WasiP2)),
        hosts.prop_map(move |allowed_hosts| Capability {
            wasi_http: Some(HttpOptions { allowed_hosts }),
            ..empty(CapabilityType::WasiHttp)
        }),
        Just(Capability {
            wasi_filesystem: Some(FilesystemOptions {
                preopens: vec![Preopen {
                    host: "data".into(),
                    guest: "/data".into(),
                    access: PreopenAccess::ReadWrite,
                }],
            }),
            ..empty(CapabilityType::WasiFilesystem)
        }),
        Just(Capability {
            wasi_sockets: Some(SocketsOptions { allowed_addresses: vec!["10.0.0.1:80".into()] }),
            ..empty(CapabilityType::WasiSockets)
        }),
        Just(Capability {
            wasi_keyvalue: Some(KeyvalueOptions { buckets: vec!["default".into()] }),
            ..empty(CapabilityType::WasiKeyvalue)
        }),
    ]
}

fn telemetry() -> impl Strategy<Value = Telemetry> {
    let compression =
        prop::sample::select(vec![Compression::None, Compression::Gzip, Compression::Zstd]);
    let sampler =
        prop::sample::select(vec![Sampler::AlwaysOn, Sampler::AlwaysOff, Sampler::ParentBased]);
    let signals = (option::of(any::<bool>()), option::of(any::<bool>()), option::of(any::<bool>()))
        .prop_map(|(logs, traces, metrics)| Signals { logs, traces, metrics });
    let ca = key_ref().prop_map(|(name, key)| Tls { ca_secret_ref: Some(KeyRef { name, key }) });
    (
        option::of("https?://[a-z]{1,5}"),
        option::of(ca),
        option::of(compression),
        btree_map("[a-z]{1,4}[.][a-z]{1,4}", text(), 0..3),
        option::of(sampler),
        option::of(signals),
        key_ref(),
    )
        .prop_map(|(endpoint, tls, compression, resource, sampler, signals, (name, key))| {
            Telemetry {
                endpoint,
                headers: vec![
                    Header { name: "x-a".into(), value: Some("a b".into()), secret_key_ref: None },
                    Header {
                        name: "x-b".into(),
                        value: None,
                        secret_key_ref: Some(KeyRef { name, key }),
                    },
                ],
                tls,
                compression,
                resource,
                sampler,
                signals,
            }
        })
}

fn operation() -> impl Strategy<Value = Spec> {
    let mode = prop::sample::select(vec![NetworkPolicyMode::Derived, NetworkPolicyMode::None]);
    let scaling = (option::of(1u32..5), 5u32..9, option::of(1u32..100)).prop_map(
        |(min_replicas, max_replicas, target_cpu_utilization)| Autoscaling {
            min_replicas,
            max_replicas,
            target_cpu_utilization,
        },
    );
    let overlay = serde_json::json!({"spec": {"a": [1, true, null, "x y"], "b": {}, "c": -5}});
    (
        option::of(telemetry()),
        option::of(limits(true)),
        option::of(0u32..9),
        option::of(scaling),
        option::of(mode),
        option::of(Just(overlay)),
        option::of("[a-z]{4,5}"),
    )
        .prop_map(|(telemetry, limits, replicas, autoscaling, mode, pod_template, account)| {
            Spec {
                components: Vec::new(),
                capabilities: Vec::new(),
                http: None,
                telemetry,
                limits,
                replicas,
                autoscaling,
                image_pull_secrets: vec![NameRef { name: "registry".into() }],
                service_account_name: account,
                network_policy: mode.map(|mode| NetworkPolicy { mode }),
                pod_template,
            }
        })
}

/// Graphs without mistakes: names differ, imports lead to later entries only.
pub(crate) fn valid_graph() -> impl Strategy<Value = ComponentGraph> {
    (
        name(),
        vec(component(), 1..5),
        vec(capability(), 0..4),
        operation(),
        any::<u64>(),
        option::of(0u16..),
    )
        .prop_map(|(name, mut components, mut capabilities, operation, choice, port)| {
            let named = |i: usize| Name::new(format!("n{i}"));
            let total = components.len() + capabilities.len();
            let first_capability = components.len();
            for (i, component) in components.iter_mut().enumerate() {
                component.name = named(i);
                let later = (i + 1..total).filter(|j| choice >> (i * 9 + j) & 1 == 1);
                component.imports = later.map(named).collect();
                let hints = component.imports.iter().take(1);
                let hint =
                    |from: &Name| LinkHint { import: "wasi:otel/logs".into(), from: from.clone() };
                component.links = hints.map(hint).collect();
            }
            for (i, capability) in capabilities.iter_mut().enumerate() {
                capability.name = named(first_capability + i);
            }
            let route = |(i, method): (usize, Method)| Route {
                name: named(i),
                method,
                path: "/users/{id}".into(),
                component: named(0),
                function: "test.log".into(),
            };
            let routes = Method::ALL.into_iter().enumerate().map(route).collect();
            ComponentGraph {
                api_version: API_VERSION.into(),
                kind: KIND.into(),
                metadata: Metadata { name: name.to_string(), namespace: None },
                spec: Spec {
                    components,
                    capabilities,
                    http: port.map(|port| Http { port: Some(port), routes }),
                    ..operation
                },
            }
        })
}
