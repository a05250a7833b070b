//! How far the Deployment is, read from what its controller says.

use serde_json::Value;

/// Numbers of pods, and the controller's own findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rollout {
    /// Pods that shall be there.
    pub wanted: u32,
    /// Pods that are there.
    pub replicas: u32,
    pub ready: u32,
    /// Pods of the newest template.
    pub updated: u32,
    /// Pods that have been ready for long enough.
    pub available: u32,
    /// Whether the controller has seen the newest template.
    pub observed: bool,
    /// Enough pods serve, in the controller's view.
    pub serves: bool,
    /// It has given up waiting; the controller's words.
    pub stuck: Option<String>,
    /// Pods that could not even be made; the controller's words.
    pub not_created: Option<String>,
}

impl Rollout {
    /// Reads a Deployment.
    pub(crate) fn of(deployment: &Value, generation: i64) -> Self {
        let number = |path: &str| {
            let value = deployment.pointer(path).and_then(Value::as_u64);
            value.and_then(|value| u32::try_from(value).ok()).unwrap_or_default()
        };
        let observed = deployment.pointer("/status/observedGeneration").and_then(Value::as_i64);
        let stuck = condition(deployment, "Progressing")
            .filter(|found| found.status == "False")
            .map(|found| found.message);
        let not_created = condition(deployment, "ReplicaFailure")
            .filter(|found| found.status == "True")
            .map(|found| found.message);
        Self {
            wanted: number("/spec/replicas"),
            replicas: number("/status/replicas"),
            ready: number("/status/readyReplicas"),
            updated: number("/status/updatedReplicas"),
            available: number("/status/availableReplicas"),
            observed: observed.is_some_and(|observed| observed >= generation),
            serves: condition(deployment, "Available").is_some_and(|found| found.status == "True"),
            stuck,
            not_created,
        }
    }

    /// Every pod runs the newest template and serves, and no other pod is left.
    pub(crate) fn is_done(&self) -> bool {
        self.observed
            && self.updated == self.wanted
            && self.replicas == self.wanted
            && self.available == self.wanted
    }

    /// Whether requests are answered.
    pub(crate) fn is_available(&self) -> bool {
        self.wanted == 0 || self.serves
    }
}

struct Found {
    status: String,
    message: String,
}

fn condition(deployment: &Value, kind: &str) -> Option<Found> {
    let list = deployment.pointer("/status/conditions")?.as_array()?;
    let found = list.iter().find(|c| c.get("type").and_then(Value::as_str) == Some(kind))?;
    let text = |key| found.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    Some(Found { status: text("status"), message: text("message") })
}
