//! What a chart would install: the definition, and the operator's role from its table.

use std::time::Duration;

use kube::Api;
use kube::api::{DynamicObject, Patch, PatchParams};
use kube::core::{ApiResource, GroupVersionKind};
use operator::rbac::Rule;
use serde_json::{Value, json};

use super::Server;
use crate::leases::LEASE;

/// The role with the rules of every namespace with graphs.
pub(crate) const ROLE: &str = "operator";

/// The resource that objects of this kind are.
pub(crate) fn resource(api_version: &str, kind: &str) -> ApiResource {
    let (group, version) = api_version.rsplit_once('/').unwrap_or(("", api_version));
    ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind))
}

impl Server {
    pub(super) async fn install(&self) {
        self.define(&graph::crd()).await;
        self.role(ROLE, operator::rbac::GRAPHS).await;
        self.role("leader", operator::rbac::OWN).await;
        self.role("puller", operator::rbac::PULL_SECRETS).await;
    }

    /// Installs a definition and waits until it is served.
    pub(crate) async fn define(&self, definition: &Value) {
        self.put(definition).await;
        let api = self.api_of(definition);
        let name = name(definition);
        crate::world::until("the definition is served", async || {
            let found = api.get(name).await.unwrap();
            let conditions = found.data["status"]["conditions"].as_array().cloned();
            let is = |kind: &str| {
                let found = conditions.iter().flatten().find(|c| c["type"] == kind);
                found.is_some_and(|condition| condition["status"] == "True")
            };
            (is("Established") && is("NamesAccepted")).then_some(())
        })
        .await;
        // Established is said a moment before requests are answered.
        tokio::time::sleep(Duration::from_millis(200)).await;
    }

    async fn role(&self, name: &str, table: &[Rule]) {
        let role = json!({
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": {"name": name},
            "rules": operator::rbac::rules(table, LEASE),
        });
        self.put(&role).await;
    }

    /// Applies an object that belongs to no namespace.
    pub(crate) async fn put(&self, object: &Value) -> DynamicObject {
        let params = PatchParams::apply("tests").force();
        let patch = Patch::Apply(object);
        self.api_of(object).patch(name(object), &params, &patch).await.unwrap()
    }

    /// Deletes what was put.
    pub(crate) async fn remove(&self, object: &Value) {
        self.api_of(object).delete(name(object), &Default::default()).await.unwrap();
    }

    fn api_of(&self, object: &Value) -> Api<DynamicObject> {
        let text = |key: &str| object[key].as_str().unwrap();
        Api::all_with(self.administrator(), &resource(text("apiVersion"), text("kind")))
    }
}

fn name(object: &Value) -> &str {
    object["metadata"]["name"].as_str().unwrap()
}
