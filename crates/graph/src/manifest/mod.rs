//! The manifest as types. These are the words users write; the field docs are the first manual.
//! It does not know how the text is read or whether the names it holds exist.

mod capability;
mod component;
mod http;
mod live;
mod name;
mod operation;
mod telemetry;

use serde::{Deserialize, Serialize};

pub use capability::{
    Capability, CapabilityType, FilesystemOptions, GrpcOptions, HttpOptions, KeyvalueOptions,
    OtelOptions, Preopen, PreopenAccess, SocketsOptions,
};
pub use component::{
    Component, ConfigFrom, ConfigMapKeyRef, EnvVar, Instances, Limits, LinkHint, NameRef, Source,
};
pub use http::{Http, Method, Route, capture};
pub use live::{Live, LogLevel};
pub use name::Name;
pub use operation::{Autoscaling, NetworkPolicy, NetworkPolicyMode};
pub use telemetry::{Compression, Header, KeyRef, Sampler, Signals, Telemetry, Tls};

pub const API_VERSION: &str = "componentgraph.dev/v1alpha1";
pub const KIND: &str = "ComponentGraph";

/// A graph of WebAssembly components, the host capabilities they may use, and their wiring.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ComponentGraph {
    /// `componentgraph.dev/v1alpha1`.
    pub api_version: String,
    /// `ComponentGraph`.
    pub kind: String,
    /// Name and namespace.
    pub metadata: Metadata,
    /// What the graph consists of and how it is run.
    pub spec: Spec,
}

/// The part of Kubernetes object metadata that has a meaning without a cluster. Other keys of
/// `metadata` are accepted and left alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
pub struct Metadata {
    /// Name of the graph.
    pub name: String,
    /// Its namespace; a laptop has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
}

/// What the graph consists of and how it is run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Spec {
    /// The wasm components of the graph, 1 to 128. Their order has no meaning.
    pub components: Vec<Component>,
    /// What the host provides to the components that list it, at most 64.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<Capability>,
    /// The HTTP server of the graph. Without it nothing listens for requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<Http>,
    /// Where telemetry goes, and what describes its source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telemetry: Option<Telemetry>,
    /// Limits of one invocation of the graph.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<Limits>,
    /// Number of pods, 1 unless set. Leave it out when `autoscaling` is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replicas: Option<u32>,
    /// Scale the graph by CPU use. Only in a cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autoscaling: Option<Autoscaling>,
    /// Secrets with logins for registries: those of `image` sources, and of the runtime's own image.
    /// Only in a cluster.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub image_pull_secrets: Vec<NameRef>,
    /// The service account of the pods. One without rights is made when this is not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_account_name: Option<String>,
    /// Whether a NetworkPolicy is derived from the graph. Only in a cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_policy: Option<NetworkPolicy>,
    /// Free-form pod template merged over the one the operator builds, at most 32 KiB as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod_template: Option<serde_json::Value>,
}

impl Spec {
    pub fn component(&self, name: &str) -> Option<&Component> {
        self.components.iter().find(|c| c.name.as_str() == name)
    }

    pub fn capability(&self, name: &str) -> Option<&Capability> {
        self.capabilities.iter().find(|c| c.name.as_str() == name)
    }
}
