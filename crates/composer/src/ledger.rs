//! All links and grants of a graph, as data. The composer makes it, everyone else reads it; it
//! knows nothing of how the composition was encoded.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// What is wired to what. Every list is sorted, so that equal graphs have equal ledgers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ledger {
    pub graph: String,
    /// Type of each capability that some component lists, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub capabilities: BTreeMap<String, String>,
    pub instances: Vec<Instance>,
    pub links: Vec<Link>,
    pub grants: Vec<Grant>,
    pub exports: Vec<Export>,
    /// Exports that the composition cannot have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub omitted: Vec<Omission>,
}

/// One occurrence of a component in the composition. `id` is the component's name, or
/// `name@consumer-id` for a `PerConsumer` component that somebody imports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Instance {
    pub id: String,
    pub component: String,
    /// Name of the consuming component of a `PerConsumer` instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consumer: Option<String>,
    /// `sha256:…` of the artifact.
    pub digest: String,
}

/// One resolved edge between components: (consumer, interface) → provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Link {
    /// Instance id.
    pub consumer: String,
    /// The import as the consumer names it, such as `wasi:otel/logs@0.2.0-rc.2+patch`.
    pub interface: String,
    /// Instance id.
    pub provider: String,
    /// The export as the provider names it.
    pub export: String,
}

/// A host interface that one instance may use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Grant {
    /// Instance id; empty for a shared (class B) interface, which belongs to no instance.
    pub instance: String,
    /// Component name; empty as above.
    pub component: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consumer: Option<String>,
    /// The host interface with the version that was asked for.
    pub interface: String,
    /// The capability through which it is granted; `None` for class B and what the node gives
    /// to everyone (`wasi:config/store`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capability: Option<String>,
    /// Name of the root import of the composition: a slot, or the interface name for class B.
    /// `None` for an interface that, as encoded, has neither functions nor resources.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<String>,
}

/// One interface (or world-level function) that can be called from outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Export {
    /// Name of the root export of the composition.
    pub slot: String,
    /// Instance id.
    pub instance: String,
    pub component: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consumer: Option<String>,
    /// Full interface name, or `None` for a world-level function.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interface: Option<String>,
    pub functions: Vec<Function>,
}

/// One function of an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Function {
    pub name: String,
    pub params: Vec<Parameter>,
    /// WIT text of the result type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// Why only another component can call it: the part of its type that cannot be written down,
    /// such as a resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inside: Option<String>,
}

/// One parameter; `ty` is WIT text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Parameter {
    pub name: String,
    #[serde(rename = "type")]
    pub ty: String,
}

/// An export that cannot be called from outside, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Omission {
    /// Instance id.
    pub instance: String,
    pub export: String,
    pub reason: String,
}

impl Ledger {
    pub(crate) fn sort(&mut self) {
        self.instances.sort_by(|l, r| l.id.cmp(&r.id));
        self.links.sort_by(|l, r| (&l.consumer, &l.interface).cmp(&(&r.consumer, &r.interface)));
        self.grants.sort_by(|l, r| (&l.instance, &l.interface).cmp(&(&r.instance, &r.interface)));
        self.exports.sort_by(|l, r| {
            (&l.instance, &l.interface, &l.slot).cmp(&(&r.instance, &r.interface, &r.slot))
        });
        self.omitted.sort_by(|l, r| (&l.instance, &l.export).cmp(&(&r.instance, &r.export)));
    }

    /// Whether the composition has the component at all.
    pub fn has_component(&self, component: &str) -> bool {
        self.instances.iter().any(|instance| instance.component == component)
    }
}

/// The signature as WIT: `log: func(message: string) -> result<_, string>`.
impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: func(", self.name)?;
        for (index, parameter) in self.params.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            write!(f, "{comma}{}: {}", parameter.name, parameter.ty)?;
        }
        f.write_str(")")?;
        match &self.result {
            Some(result) => write!(f, " -> {result}"),
            None => Ok(()),
        }
    }
}
