//! What a chart would install: the definition, and the operator's role from its table.

use std::time::Duration;

use kube::api::{DynamicObject, Patch, PatchParams};
use kube::core::{ApiResource, GroupVersionKind};
use kube::{Api, Client};
use serde_json::{Value, json};

use super::Server;
use crate::leases::LEASE;

/// The role with the rules of every namespace with graphs.
pub(crate) const ROLE: &str = "operator";

impl Server {
    pub(super) async fn install(&self) {
        let client = self.administrator();
        self.define(&graph::crd()).await;
        let rules = operator::rbac::rules(operator::rbac::GRAPHS, LEASE);
        role(&client, ROLE, &rules).await;
        role(&client, "leader", &operator::rbac::rules(operator::rbac::OWN, LEASE)).await;
        role(&client, "puller", &operator::rbac::rules(operator::rbac::PULL_SECRETS, LEASE)).await;
    }

    /// Installs a definition and waits until it is served.
    pub(crate) async fn define(&self, definition: &Value) {
        let api =
            cluster(&self.administrator(), "apiextensions.k8s.io", "CustomResourceDefinition");
        let name = definition["metadata"]["name"].as_str().unwrap();
        api.patch(name, &params(), &Patch::Apply(definition)).await.unwrap();
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
}

async fn role(client: &Client, name: &str, rules: &Value) {
    let role = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": name},
        "rules": rules,
    });
    let api = cluster(client, "rbac.authorization.k8s.io", "ClusterRole");
    api.patch(name, &params(), &Patch::Apply(&role)).await.unwrap();
}

fn cluster(client: &Client, group: &str, kind: &str) -> Api<DynamicObject> {
    let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, "v1", kind));
    Api::all_with(client.clone(), &resource)
}

fn params() -> PatchParams {
    PatchParams::apply("tests").force()
}
