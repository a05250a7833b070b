//! What whoever installed the operator decided for all graphs.

use graph::{LogLevel, NetworkPolicyMode};

/// The installation's side of every decision.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Image of the runtime node.
    pub runtime_image: String,
    /// Secrets of each namespace with graphs that the kubelet pulls that image with.
    pub runtime_pull_secrets: Vec<String>,
    /// `None` leaves it to the API server.
    pub runtime_pull_policy: Option<PullPolicy>,
    pub upgrade: Upgrade,
    /// The environment's collector.
    pub collector: Option<String>,
    /// Log level of the nodes.
    pub log_level: LogLevel,
    /// For graphs that say nothing.
    pub network_policy: NetworkPolicyMode,
    /// Hosts that artifacts may come from; any when empty.
    pub allowed_registries: Vec<String>,
    /// Certificates in PEM that are trusted when artifacts are fetched.
    pub registry_ca: Option<String>,
    /// The operator's own account, `namespace:name`.
    pub account: String,
    /// The ClusterRole that may read pull secrets, for whoever binds it.
    pub pull_secrets_role: String,
    /// Networks inside the cluster, which no name outside may stand for.
    pub cluster_cidrs: Vec<String>,
    /// Suffix of names of Services.
    pub cluster_domain: String,
}

/// When the kubelet asks the registry for the runtime image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PullPolicy {
    Always,
    IfNotPresent,
    Never,
}

/// When graphs get the runtime image of a new version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upgrade {
    /// With their next revision.
    OnNextChange,
    /// At once.
    Automatic,
}
