//! What a cluster says about a graph: the `status` of a ComponentGraph. Written by the operator,
//! read by people and tools; nothing here knows how it is found out.

mod condition;
mod wiring;

use serde::{Deserialize, Serialize};

pub use condition::{Condition, ConditionStatus};
pub use wiring::{ComponentStatus, GrantStatus, LinkStatus};

/// What is known about a graph. Rebuilt from the world; nothing is kept here alone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct Status {
    /// The generation of the graph that all of this is about.
    pub observed_generation: i64,
    /// The answer to "why" in one line: what is wrong first, or that all is well.
    #[cfg_attr(feature = "crd", schemars(length(max = Status::SUMMARY)))]
    pub summary: String,
    /// `Accepted`, `Resolved`, `Composed`, `Available`, `Ready`, `Reconciling`, `Stalled`.
    #[cfg_attr(feature = "crd", schemars(length(max = 16)))]
    pub conditions: Vec<Condition>,
    /// The components, in the order of their names.
    #[cfg_attr(feature = "crd", schemars(length(max = Status::COMPONENTS)))]
    pub components: Vec<ComponentStatus>,
    /// Number of components of the graph.
    pub components_total: u32,
    /// Which component satisfies which import; the first 256.
    #[cfg_attr(feature = "crd", schemars(length(max = Status::LINKS)))]
    pub links: Vec<LinkStatus>,
    /// Number of links; the revision holds all of them.
    pub links_total: u32,
    /// Which host interface a component may use, and through which capability; the first 256.
    #[cfg_attr(feature = "crd", schemars(length(max = Status::LINKS)))]
    pub grants: Vec<GrantStatus>,
    /// Number of grants; the revision holds all of them.
    pub grants_total: u32,
    /// The revisions that are kept, the newest first.
    #[cfg_attr(feature = "crd", schemars(length(max = Status::REVISIONS)))]
    pub revisions: Vec<RevisionStatus>,
    /// The revision that the pods are told to run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "crd", schemars(length(max = 63)))]
    pub revision: Option<String>,
    /// The composition of that revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub composition: Option<CompositionStatus>,
    /// Number of pods, for autoscalers.
    pub replicas: u32,
    /// Number of pods that serve.
    pub ready_replicas: u32,
    /// Pods that serve and pods that are wanted, such as `1/2`.
    #[cfg_attr(feature = "crd", schemars(length(max = 32)))]
    pub pods: String,
    /// Selects the pods, for autoscalers.
    #[cfg_attr(feature = "crd", schemars(length(max = 512)))]
    pub selector: String,
    /// Where the routes answer inside the cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "crd", schemars(length(max = 512)))]
    pub url: Option<String>,
    /// Image of the runtime node that the pods run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "crd", schemars(length(max = 512)))]
    pub image: Option<String>,
}

impl Status {
    /// Longest `summary`, in characters.
    pub const SUMMARY: usize = 160;
    pub const COMPONENTS: usize = 128;
    /// Most links, and most grants, that are listed.
    pub const LINKS: usize = 256;
    /// Revisions kept.
    pub const REVISIONS: usize = 10;

    pub fn condition(&self, kind: &str) -> Option<&Condition> {
        self.conditions.iter().find(|condition| condition.kind == kind)
    }
}

/// One revision that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RevisionStatus {
    /// Name of the ConfigMap that holds it.
    #[cfg_attr(feature = "crd", schemars(length(max = 63)))]
    pub name: String,
    /// `sha256:…` of the composition.
    #[cfg_attr(feature = "crd", schemars(length(max = 71)))]
    pub digest: String,
}

/// The single component made of all components of the graph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CompositionStatus {
    /// `sha256:…` of its bytes; the same graph with the same artifacts has the same.
    #[cfg_attr(feature = "crd", schemars(length(max = 71)))]
    pub digest: String,
}
