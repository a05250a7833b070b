//! Turns a layout into bytes: one wac graph, one encode, the ledger beside it as a custom section.
//! Decides nothing about the wiring.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};

use thiserror::Error;
use wac_graph::types::{Interface, InterfaceId, ItemKind, Type, ValueType};
use wac_graph::{CompositionGraph, EncodeError as WacError, EncodeOptions, NodeId, Processor};
use wasm_encoder::{ComponentSection, CustomSection};

use crate::layout::{Argument, Layout, Part};
use crate::ledger::Ledger;
use crate::reach::Reach;
use crate::slot;

/// Name of the custom section that holds the ledger as JSON.
pub(crate) const LEDGER_SECTION: &str = "componentgraph:ledger";

#[derive(Debug, Error)]
pub(crate) enum EncodeError {
    /// Components disagree about an interface that they share.
    #[error("`{interface}` is declared differently by `{first}` and `{second}`: {reason}")]
    Shared { interface: String, first: String, second: String, reason: String },
    #[error("{0}")]
    Refused(String),
    #[error("the composer met a shape that it does not know")]
    Panicked,
}

/// Encodes the layout; `composition` holds its packages.
pub(crate) fn encode(
    composition: CompositionGraph,
    layout: &Layout,
) -> Result<Vec<u8>, EncodeError> {
    let encoded = catch_unwind(AssertUnwindSafe(|| Encoder::new(composition, layout).run()));
    let mut bytes = encoded.unwrap_or(Err(EncodeError::Panicked))?;
    append_ledger(&mut bytes, &layout.ledger)?;
    Ok(bytes)
}

pub(crate) fn append_ledger(bytes: &mut Vec<u8>, ledger: &Ledger) -> Result<(), EncodeError> {
    let json =
        serde_json::to_vec(ledger).map_err(|error| EncodeError::Refused(error.to_string()))?;
    let section = CustomSection { name: LEDGER_SECTION.into(), data: Cow::Owned(json) };
    section.append_to_component(bytes);
    Ok(())
}

struct Encoder<'a> {
    composition: CompositionGraph,
    layout: &'a Layout,
    /// The instantiation of each occurrence.
    nodes: BTreeMap<&'a str, NodeId>,
    /// Root imports that hold types only, by the interface they stand for.
    types: HashMap<InterfaceId, InterfaceId>,
    type_imports: HashMap<InterfaceId, NodeId>,
}

impl<'a> Encoder<'a> {
    fn new(composition: CompositionGraph, layout: &'a Layout) -> Self {
        let (nodes, types, type_imports) = Default::default();
        Self { composition, layout, nodes, types, type_imports }
    }

    fn run(mut self) -> Result<Vec<u8>, EncodeError> {
        self.unify_shared();
        for (id, part) in &self.layout.parts {
            let node = self.composition.instantiate(part.package);
            self.composition.set_node_name(node, id.as_str());
            self.nodes.insert(id, node);
        }
        for (id, part) in &self.layout.parts {
            for (import, argument) in &part.arguments {
                self.argument(id, part, import, argument)?;
            }
        }
        for export in &self.layout.exports {
            let node = self.alias(&export.instance, &export.name)?;
            self.composition.export(node, export.slot.as_str()).map_err(refused)?;
        }
        let processor =
            Processor { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };
        // Validation of every function body belongs to the engine that runs the result.
        let options =
            EncodeOptions { define_components: true, validate: false, processor: Some(processor) };
        self.composition.encode(options).map_err(|error| self.explain(error))
    }

    /// Shared interfaces are left to wac to merge, as one import under the highest version. It
    /// merges by id, and names what others merely use by it too.
    fn unify_shared(&mut self) {
        for shared in self.layout.shared.iter() {
            for id in &shared.interfaces {
                self.composition.types_mut()[*id].id = Some(shared.name.clone());
            }
        }
    }

    fn argument(
        &mut self,
        id: &str,
        part: &Part,
        import: &str,
        argument: &Argument,
    ) -> Result<(), EncodeError> {
        let node = match argument {
            Argument::Shared => return Ok(()),
            Argument::Link { provider, export } => self.alias(provider, export)?,
            Argument::Slot { name, interface } => {
                let interface = self.kept_apart(*interface, &part.digest);
                let kind = ItemKind::Instance(interface);
                self.composition.import(name.as_str(), kind).map_err(refused)?
            }
            Argument::Type { name, kind } => {
                self.composition.import(name.as_str(), *kind).map_err(refused)?
            }
            Argument::Types { interface } => self.type_import(*interface, &part.digest)?,
        };
        let instance = self.node(id)?;
        self.composition.set_instantiation_argument(instance, import, node).map_err(refused)
    }

    fn node(&self, id: &str) -> Result<NodeId, EncodeError> {
        let node = self.nodes.get(id).copied();
        node.ok_or_else(|| EncodeError::Refused(format!("there is no instance `{id}`")))
    }

    fn alias(&mut self, instance: &str, export: &str) -> Result<NodeId, EncodeError> {
        let node = self.node(instance)?;
        self.composition.alias_instance_export(node, export).map_err(refused)
    }

    /// The interface without its name: with it, wac would merge all imports of that interface.
    fn kept_apart(&mut self, id: InterfaceId, digest: &str) -> InterfaceId {
        let mut interface = self.composition.types()[id].clone();
        interface.id = None;
        self.redirect_uses(&mut interface, digest);
        self.composition.types_mut().add_interface(interface)
    }

    /// What an interface uses of others is imported with it. Of shared interfaces that is the
    /// shared import, of all others only the types.
    fn redirect_uses(&mut self, interface: &mut Interface, digest: &str) {
        for used in interface.uses.values_mut() {
            if !self.layout.shared.declares(used.interface) {
                used.interface = self.types_of(used.interface, digest);
            }
        }
    }

    /// The types of an interface that hold no resource, under a name of their own, so that nothing
    /// of equal name but another artifact is merged with them.
    fn types_of(&mut self, id: InterfaceId, digest: &str) -> InterfaceId {
        if let Some(known) = self.types.get(&id) {
            return *known;
        }
        let mut interface = self.composition.types()[id].clone();
        let name = interface.id.take().unwrap_or_default();
        let mut reach = Reach::new(self.composition.types());
        interface.exports.retain(|_, kind| match kind {
            ItemKind::Type(Type::Value(ty @ ValueType::Defined(_))) => {
                !reach.value_has_resource(*ty)
            }
            ItemKind::Type(Type::Value(ValueType::Primitive(_))) => true,
            _ => false,
        });
        let exports = &interface.exports;
        interface.uses.retain(|name, _| exports.contains_key(name));
        self.redirect_uses(&mut interface, digest);
        interface.id = Some(slot::types(digest, &name));
        let types = self.composition.types_mut().add_interface(interface);
        self.types.insert(id, types);
        types
    }

    fn type_import(&mut self, id: InterfaceId, digest: &str) -> Result<NodeId, EncodeError> {
        if let Some(node) = self.type_imports.get(&id) {
            return Ok(*node);
        }
        let types = self.types_of(id, digest);
        let name = self.composition.types()[types].id.clone().unwrap_or_default();
        let node = self.composition.import(name, ItemKind::Instance(types)).map_err(refused)?;
        self.type_imports.insert(id, node);
        Ok(node)
    }

    fn explain(&self, error: WacError) -> EncodeError {
        let name = |node: NodeId| {
            let found = self.nodes.iter().find(|(_, other)| **other == node);
            found.map_or_else(String::new, |(id, _)| (*id).to_owned())
        };
        match error {
            WacError::ImportTypeMergeConflict { import, first, second, source } => {
                EncodeError::Shared {
                    interface: import,
                    first: name(first),
                    second: name(second),
                    reason: source.root_cause().to_string(),
                }
            }
            other => refused(other),
        }
    }
}

fn refused(error: impl std::error::Error) -> EncodeError {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    EncodeError::Refused(text)
}
