//! The components, links and grants of a graph as its status shows them: the ledger, cut to what
//! people read.

use serde::{Deserialize, Serialize};

/// One component and the artifact it stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ComponentStatus {
    /// Name of the component.
    #[cfg_attr(feature = "crd", schemars(length(max = 63)))]
    pub name: String,
    /// Its source as the graph names it, such as `builtin hello-log`.
    #[cfg_attr(feature = "crd", schemars(length(max = ComponentStatus::SOURCE)))]
    pub source: String,
    /// `sha256:…` of its artifact; empty while that is not known.
    #[cfg_attr(feature = "crd", schemars(length(max = 71)))]
    pub digest: String,
}

impl ComponentStatus {
    /// Longest source, in characters.
    pub const SOURCE: usize = 2112;
}

/// One import of a component and what satisfies it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct LinkStatus {
    /// The component that imports, as `name` or `name@consumer`.
    #[cfg_attr(feature = "crd", schemars(length(max = LinkStatus::INSTANCE)))]
    pub consumer: String,
    /// The import as the consumer names it.
    #[cfg_attr(feature = "crd", schemars(length(max = LinkStatus::INTERFACE)))]
    pub interface: String,
    /// The component that satisfies it.
    #[cfg_attr(feature = "crd", schemars(length(max = LinkStatus::INSTANCE)))]
    pub provider: String,
}

impl LinkStatus {
    /// Longest name of an instance, in characters.
    pub const INSTANCE: usize = 512;
    /// Longest name of an interface, in characters.
    pub const INTERFACE: usize = 512;
}

/// One host interface that a component may use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct GrantStatus {
    /// The component, as `name` or `name@consumer`.
    #[cfg_attr(feature = "crd", schemars(length(max = LinkStatus::INSTANCE)))]
    pub component: String,
    /// The host interface.
    #[cfg_attr(feature = "crd", schemars(length(max = LinkStatus::INTERFACE)))]
    pub interface: String,
    /// The capability that grants it; empty for what every component gets.
    #[cfg_attr(feature = "crd", schemars(length(max = 63)))]
    pub capability: String,
}
