//! One statement about a graph, in the form Kubernetes tools understand. When it changes is decided
//! elsewhere.

use serde::{Deserialize, Serialize};

/// One statement about the graph. Every field is always written, or an old message would stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    /// What it is about, such as `Ready`.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "crd", schemars(length(min = 1, max = 63)))]
    pub kind: String,
    /// Whether it holds.
    pub status: ConditionStatus,
    /// One word for programs; stable.
    #[cfg_attr(feature = "crd", schemars(length(min = 1, max = 128)))]
    pub reason: String,
    /// A sentence for people.
    #[cfg_attr(feature = "crd", schemars(length(max = Condition::MESSAGE)))]
    pub message: String,
    /// The generation of the graph it is about.
    pub observed_generation: i64,
    /// When `status` last became what it is.
    #[cfg_attr(feature = "crd", schemars(extend("format" = "date-time")))]
    pub last_transition_time: String,
}

impl Condition {
    /// Longest message, in characters.
    pub const MESSAGE: usize = 8192;
}

/// Whether a condition holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
pub enum ConditionStatus {
    True,
    False,
    Unknown,
}
