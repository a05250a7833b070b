//! What can be seen of a graph and its children, without what differs from run to run.

use kube::api::{DynamicObject, ListParams, Patch, PatchParams};
use serde_json::{Value, json};

use super::{World, expect};

/// Kinds of children.
pub(crate) const CHILDREN: [(&str, &str); 7] = [
    ("v1", "ServiceAccount"),
    ("v1", "ConfigMap"),
    ("v1", "Service"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    ("policy/v1", "PodDisruptionBudget"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"),
    ("apps/v1", "Deployment"),
];

impl World {
    /// What a cluster's controllers would write once all pods serve, or none does.
    pub(crate) async fn serve(&self, name: &str, serves: bool) {
        let deployment = self.deployment(name).await;
        let pods = if serves { deployment["spec"]["replicas"].clone() } else { json!(0) };
        let now = "2026-01-01T00:00:00Z";
        let status = json!({"status": {
            "observedGeneration": deployment["metadata"]["generation"],
            "replicas": pods, "updatedReplicas": pods, "readyReplicas": pods,
            "availableReplicas": pods,
            "conditions": [{"type": "Available", "status": if serves { "True" } else { "False" },
                "reason": "Tested", "message": "", "lastTransitionTime": now, "lastUpdateTime": now}],
        }});
        let params = PatchParams::default();
        let api = self.api("apps/v1", "Deployment");
        api.patch_status(name, &params, &Patch::Merge(status)).await.unwrap();
    }

    pub(crate) async fn get(&self, api_version: &str, kind: &str, name: &str) -> Option<Value> {
        let found = self.api(api_version, kind).get_opt(name).await.unwrap();
        found.map(|object| json!(object))
    }

    pub(crate) async fn graph(&self, name: &str) -> Value {
        self.get(graph::API_VERSION, graph::KIND, name).await.unwrap()
    }

    pub(crate) async fn deployment(&self, name: &str) -> Value {
        self.get("apps/v1", "Deployment", name).await.unwrap()
    }

    /// Waits until the graph's newest generation has this condition, and returns the graph.
    pub(crate) async fn condition(&self, name: &str, kind: &str, reason: &str) -> Value {
        expect(&format!("{kind} of {name} is {reason}"), async || {
            let graph = self.graph(name).await;
            let found = find(&graph, kind).unwrap_or_default();
            let is_new = found["observedGeneration"] == graph["metadata"]["generation"];
            if is_new && found["reason"] == reason { Ok(graph) } else { Err(brief(&graph)) }
        })
        .await
    }

    /// Waits until the objects of the newest generation were accepted.
    pub(crate) async fn rolled(&self, name: &str) -> Value {
        self.condition(name, "Composed", "Composed").await
    }

    /// Every child of the graph, as it is stored.
    pub(crate) async fn children(&self, name: &str) -> Vec<Value> {
        let params = ListParams::default().labels(&format!("componentgraph.dev/graph={name}"));
        let mut all = Vec::new();
        for (api_version, kind) in CHILDREN {
            let list = self.api(api_version, kind).list(&params).await.unwrap();
            let whole = |object: DynamicObject| {
                let mut value = json!(object);
                value["apiVersion"] = json!(api_version);
                value["kind"] = json!(kind);
                value
            };
            all.extend(list.items.into_iter().map(whole));
        }
        all
    }

    /// The children as YAML, the same in every run.
    pub(crate) async fn children_yaml(&self, name: &str) -> String {
        let children = self.children(name).await;
        let children: Vec<_> =
            children.into_iter().map(|child| self.steady_yaml(tidy(child))).collect();
        children.join("---\n")
    }

    pub(crate) fn steady_yaml(&self, value: Value) -> String {
        self.steady(&serde_yaml::to_string(&value).unwrap())
    }

    /// Digests follow the bytes of the built-in components, and names of revisions follow both.
    pub(crate) fn steady(&self, text: &str) -> String {
        let text = regex::Regex::new("[0-9a-f]{64}").unwrap().replace_all(text, "DIGEST");
        let names = regex::Regex::new(r"\b([a-z][-a-z0-9]*)-[0-9a-f]{10}\b").unwrap();
        names.replace_all(&text, "$1-HASH").replace(&self.namespace, "NAMESPACE")
    }
}

/// A condition of a graph.
fn find(graph: &Value, kind: &str) -> Option<Value> {
    let conditions = graph["status"]["conditions"].as_array()?;
    conditions.iter().find(|condition| condition["type"] == kind).cloned()
}

fn brief(graph: &Value) -> String {
    let conditions = graph["status"]["conditions"].as_array().into_iter().flatten();
    let lines = conditions
        .map(|c| format!("{}={} {}: {}", c["type"], c["status"], c["reason"], c["message"]));
    format!("{}\n{}", graph["spec"], lines.collect::<Vec<_>>().join("\n"))
}

/// An object without what the server counts, its keys in order.
pub(crate) fn tidy(mut object: Value) -> Value {
    let counted = ["uid", "resourceVersion", "creationTimestamp", "managedFields", "generation"];
    remove(object.get_mut("metadata"), &counted);
    remove(object.get_mut("spec"), &["clusterIP", "clusterIPs"]);
    remove(Some(&mut object), &["status"]);
    // It says once more what the pod template says.
    remove(object.pointer_mut("/metadata/annotations"), &["componentgraph.dev/template"]);
    let owners = object.pointer_mut("/metadata/ownerReferences");
    for owner in owners.and_then(Value::as_array_mut).into_iter().flatten() {
        owner["uid"] = json!("UID");
    }
    object.sort_all_objects();
    object
}

fn remove(object: Option<&mut Value>, keys: &[&str]) {
    if let Some(map) = object.and_then(Value::as_object_mut) {
        map.retain(|key, _| !keys.contains(&key.as_str()));
    }
}
