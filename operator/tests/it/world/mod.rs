//! A namespace of its own for one test: what users do there, what operators run there, what can be
//! seen there.

mod look;
mod meter;
mod operators;

use std::time::{Duration, Instant};

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Namespace;
use kube::api::{DeleteParams, DynamicObject, Patch, PatchParams, PostParams};
use kube::{Api, Client};
use serde_json::{Value, json};

pub(crate) use look::tidy;
pub(crate) use meter::Meter;
pub(crate) use operators::{Operator, settings};

use crate::server::{OPERATOR, ROLE, Server, resource, shared};

pub(crate) const EXAMPLE: &str = include_str!("../../../../examples/otel/capability.yaml");
/// Name of the graph in it.
pub(crate) const NAME: &str = "otel-example";
pub(crate) const COMPONENTS: &str = include_str!("../../../../examples/otel/components.yaml");

const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until there is an answer.
pub(crate) async fn until<T>(what: &str, mut probe: impl AsyncFnMut() -> Option<T>) -> T {
    expect(what, async || probe().await.ok_or("nothing")).await
}

/// Waits until there is no error; the last one is shown.
pub(crate) async fn expect<T, E: std::fmt::Display>(
    what: &str,
    probe: impl AsyncFnMut() -> Result<T, E>,
) -> T {
    expect_within(PATIENCE, what, probe).await
}

/// The same for what may take longer, or less long.
pub(crate) async fn expect_within<T, E: std::fmt::Display>(
    limit: Duration,
    what: &str,
    mut probe: impl AsyncFnMut() -> Result<T, E>,
) -> T {
    let begun = Instant::now();
    loop {
        match probe().await {
            Ok(found) => return found,
            Err(error) => assert!(begun.elapsed() < limit, "never: {what}, but {error}"),
        }
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
}

/// One namespace.
pub(crate) struct World {
    pub server: &'static Server,
    pub client: Client,
    pub namespace: String,
}

impl World {
    pub(crate) async fn new(namespace: &str) -> Self {
        Self::on(shared().await, namespace).await
    }

    pub(crate) async fn on(server: &'static Server, namespace: &str) -> Self {
        // Another test of the binary may have chosen one already; any will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = server.administrator();
        let namespace = format!("it-{namespace}");
        let space = json!({"metadata": {"name": namespace}});
        let space: Namespace = serde_json::from_value(space).unwrap();
        let spaces: Api<Namespace> = Api::all(client.clone());
        spaces.create(&PostParams::default(), &space).await.unwrap();
        let world = Self { server, client, namespace };
        world.bind(ROLE).await;
        world
    }

    /// One where an operator has made the objects of a manifest, whose graph is [`NAME`].
    pub(crate) async fn rolled_out(namespace: &str, manifest: &str) -> (Self, Operator) {
        let world = Self::new(namespace).await;
        world.apply(manifest).await;
        let operator = world.operator();
        world.rolled(NAME).await;
        (world, operator)
    }

    /// Lets operators use the rules of a role in this namespace.
    pub(crate) async fn bind(&self, role: &str) {
        let group = "rbac.authorization.k8s.io";
        let binding = json!({
            "apiVersion": format!("{group}/v1"),
            "kind": "RoleBinding",
            "metadata": {"name": role},
            "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": role},
            "subjects": [{"kind": "User", "apiGroup": group, "name": OPERATOR}],
        });
        self.put(&binding).await;
    }

    /// Selects this namespace among all.
    pub(crate) fn selector(&self) -> Value {
        json!({"matchLabels": {"kubernetes.io/metadata.name": self.namespace}})
    }

    pub(crate) fn api(&self, api_version: &str, kind: &str) -> Api<DynamicObject> {
        let resource = resource(api_version, kind);
        Api::namespaced_with(self.client.clone(), &self.namespace, &resource)
    }

    pub(crate) fn graphs(&self) -> Api<DynamicObject> {
        self.api(graph::API_VERSION, graph::KIND)
    }

    /// What `kubectl apply --server-side` does.
    pub(crate) async fn apply(&self, manifest: &str) {
        let mut object: Value = serde_yaml::from_str(manifest).unwrap();
        object["metadata"]["namespace"] = json!(self.namespace);
        self.put(&object).await;
    }

    pub(crate) async fn put(&self, object: &Value) -> DynamicObject {
        let text = |key: &str| object[key].as_str().unwrap();
        let name = object["metadata"]["name"].as_str().unwrap();
        let params = PatchParams::apply("kubectl").validation_strict();
        let api = self.api(text("apiVersion"), text("kind"));
        api.patch(name, &params, &Patch::Apply(object)).await.unwrap()
    }

    /// What `kubectl patch --type=merge` does.
    pub(crate) async fn patch(&self, api_version: &str, kind: &str, name: &str, patch: Value) {
        let params =
            PatchParams { field_manager: Some("kubectl".to_owned()), ..Default::default() };
        let api = self.api(api_version, kind);
        api.patch(name, &params, &Patch::Merge(patch)).await.unwrap();
    }

    /// Patches a graph.
    pub(crate) async fn edit(&self, name: &str, patch: Value) {
        self.patch(graph::API_VERSION, graph::KIND, name, patch).await;
    }

    /// A ConfigMap with these bytes under the key `wasm`.
    pub(crate) async fn store(&self, name: &str, bytes: &[u8]) {
        let bytes = ByteString(bytes.to_vec());
        let map = json!({"apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": name, "namespace": self.namespace},
            "binaryData": {"wasm": bytes}});
        self.put(&map).await;
    }

    pub(crate) async fn delete(&self, api_version: &str, kind: &str, name: &str) {
        self.api(api_version, kind).delete(name, &DeleteParams::default()).await.unwrap();
    }
}
