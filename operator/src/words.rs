//! The labels, annotations and names under which objects are found again. All of them are part of
//! what users see, so none may change without a new version of the resource.

/// Names the graph on every object made for it, and selects its pods.
pub(crate) const GRAPH: &str = "componentgraph.dev/graph";
/// Names the revision on pods, and so on ReplicaSets.
pub(crate) const REVISION: &str = "componentgraph.dev/revision";

/// The revision among the resource attributes of records.
pub(crate) const REVISION_ATTRIBUTE: &str = "componentgraph.revision";

/// On a graph: another value resolves every source anew.
pub(crate) const RESOLVE: &str = "componentgraph.dev/resolve";

/// On a revision: digest of what the user wrote that it was made from.
pub(crate) const INPUT: &str = "componentgraph.dev/input";
/// On a revision: the digests that sources without one were found to have.
pub(crate) const PINS: &str = "componentgraph.dev/pins";
/// On a revision: the value of [`RESOLVE`] at which its sources were resolved.
pub(crate) const RESOLVED_AT: &str = "componentgraph.dev/resolved-at";
/// On a revision: digest of the composition.
pub(crate) const COMPOSITION: &str = "componentgraph.dev/composition";
/// On a revision: image of the runtime node.
pub(crate) const IMAGE: &str = "componentgraph.dev/image";

/// On every child: digest of what was sent last, so that what is sent no longer is taken back.
pub(crate) const SENT: &str = "componentgraph.dev/sent";

/// On a Deployment: the pod template that was sent last, and a digest of what it was made from.
pub(crate) const TEMPLATE: &str = "componentgraph.dev/template";

/// Owner of the fields of children.
pub(crate) const CHILDREN: &str = "componentgraph.dev/operator";
/// Owner of the fields of `status`.
pub(crate) const STATUS: &str = "componentgraph.dev/operator-status";

/// Key of the manifest in a revision.
pub(crate) const GRAPH_KEY: &str = "graph.json";
/// Key of the settings that pods read again when they change.
pub(crate) const LIVE_KEY: &str = "live.json";

pub(crate) fn live_name(graph: &str) -> String {
    format!("{graph}-live")
}
