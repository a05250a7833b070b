//! How a graph is operated in a cluster. The laptop reads these fields and has no use for them.

use serde::{Deserialize, Serialize};

/// Horizontal scaling by CPU use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Autoscaling {
    /// Lower bound, 1 unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_replicas: Option<u32>,
    /// Upper bound.
    pub max_replicas: u32,
    /// Percent of the requested CPU, 80 unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_cpu_utilization: Option<u32>,
}

/// Whether a NetworkPolicy is made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NetworkPolicy {
    /// `Derived` makes one from what the graph lists, `None` makes none.
    pub mode: NetworkPolicyMode,
}

/// Mode of the NetworkPolicy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
pub enum NetworkPolicyMode {
    /// Made from what the graph lists.
    Derived,
    /// None is made.
    None,
}
