//! A revision: the part of a graph that pods run, with every digest pinned. Equal revisions have
//! equal names, whoever made them and when.

mod pins;

use composer::Ledger;
use graph::{ComponentGraph, Http, Spec};
use serde_json::json;
use sha2::{Digest, Sha256};

pub(crate) use pins::Pins;

/// The port of the routes when the graph names none.
pub(crate) const HTTP_PORT: u16 = 8080;

/// Hex digits of a revision's name, after the name of the graph.
const HASH: usize = 10;

/// A checked graph, ready to be stored.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Revision {
    /// Name of its ConfigMap.
    pub name: String,
    /// What the user wrote that it was made from, as a digest.
    pub input: String,
    /// The manifest that nodes read.
    pub manifest: String,
    pub pins: Pins,
    /// Value of the annotation that resolves every source anew.
    pub resolve: String,
    /// Digest of the composition.
    pub composition: String,
    /// Image of the runtime node.
    pub image: String,
}

/// The part of a spec that a revision is made of, in an order of its own: the order in the manifest
/// has no meaning and must not roll pods.
pub(crate) fn core(spec: &Spec) -> Spec {
    let mut core = Spec {
        components: spec.components.clone(),
        capabilities: spec.capabilities.clone(),
        http: spec.http.clone(),
        limits: spec.limits.clone(),
        ..Spec::default()
    };
    core.components.sort_by(|a, b| a.name.cmp(&b.name));
    core.capabilities.sort_by(|a, b| a.name.cmp(&b.name));
    if let Some(http) = &mut core.http {
        http.routes.sort_by(|a, b| a.name.cmp(&b.name));
        http.port = Some(http_port(http));
    }
    core
}

/// The port of the routes: in a pod there is no need for a free one.
pub(crate) fn http_port(http: &Http) -> u16 {
    http.port.filter(|port| *port != 0).unwrap_or(HTTP_PORT)
}

/// Digest of what decides about the next revision before any source is looked at.
pub(crate) fn input(spec: &Spec, resolve: &str, follows: Option<&str>) -> String {
    let parts = json!([core(spec), resolve, follows]);
    hash(&[parts.to_string().as_bytes()])
}

impl Revision {
    /// Pins `graph` to the digests that the ledger was made from.
    pub(crate) fn new(
        graph: &ComponentGraph,
        ledger: &Ledger,
        composition: &str,
        made: Made<'_>,
    ) -> Self {
        let mut spec = core(&graph.spec);
        for component in &mut spec.components {
            let name = component.name.as_str();
            let instance = ledger.instances.iter().find(|i| i.component == name);
            component.digest = instance.map(|instance| instance.digest.clone());
        }
        let manifest = json!({
            "apiVersion": graph::API_VERSION,
            "kind": graph::KIND,
            "metadata": {"name": graph.metadata.name, "namespace": graph.metadata.namespace},
            "spec": spec,
        });
        let manifest = manifest.to_string();
        let mut digits = hash(&[manifest.as_bytes(), made.image.as_bytes()]);
        digits.truncate(HASH);
        Self {
            name: format!("{}-{digits}", graph.metadata.name),
            input: made.input.to_owned(),
            manifest,
            pins: Pins::of(&spec),
            resolve: made.resolve.to_owned(),
            composition: composition.to_owned(),
            image: made.image.to_owned(),
        }
    }
}

/// What a revision is made from beside the graph itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Made<'a> {
    pub input: &'a str,
    pub resolve: &'a str,
    pub image: &'a str,
}

/// Hex digits of the hash of several texts, kept apart by a zero byte.
pub(crate) fn hash(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
        hash.update([0]);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
