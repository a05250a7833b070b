//! The composition as data: each occurrence with the source of each of its imports, what is
//! exported, and the ledger that says the same to everyone else. Nothing is encoded here.

use std::collections::{BTreeMap, HashSet};

use graph::Problem;
use wac_graph::PackageId;
use wac_graph::types::{InterfaceId, ItemKind, Type, Types};

use crate::expand::{Occurrence, Occurrences, provider_id};
use crate::ledger::{Export, Grant, Instance, Ledger, Link, Omission};
use crate::reach::Reach;
use crate::resolve::{Source, Wire, Wiring};
use crate::roster::{Entry, Listed, Member, Roster};
use crate::shape::{Item, Kind, Shape};
use crate::shared::{self, SharedImports};
use crate::signature::Scope;
use crate::slot::{self, Role};

#[derive(Default)]
pub(crate) struct Layout {
    pub(crate) ledger: Ledger,
    pub(crate) parts: BTreeMap<String, Part>,
    pub(crate) exports: Vec<Exposed>,
    pub(crate) shared: SharedImports,
    /// Whether some link hands over resources.
    pub(crate) resources_linked: bool,
}

/// One occurrence and its arguments.
pub(crate) struct Part {
    pub(crate) package: PackageId,
    pub(crate) digest: String,
    pub(crate) arguments: Vec<(String, Argument)>,
}

#[derive(Clone, Debug)]
pub(crate) enum Argument {
    /// An export of the occurrence with this id.
    Link {
        provider: String,
        export: String,
    },
    Slot {
        name: String,
        interface: InterfaceId,
    },
    Types {
        interface: InterfaceId,
    },
    /// A type outside of an interface.
    Type {
        name: String,
        kind: ItemKind,
    },
    Shared,
}

/// One export of the composition.
pub(crate) struct Exposed {
    pub(crate) instance: String,
    pub(crate) name: String,
    pub(crate) slot: String,
}

pub(crate) fn lay_out(
    roster: &Roster<'_>,
    wiring: &Wiring,
    occurrences: &Occurrences,
    types: &Types,
) -> (Layout, Vec<Problem>) {
    let mut builder =
        Builder { roster, types, reach: Reach::new(types), layout: Layout::default() };
    builder.layout.ledger.graph = roster.graph.metadata.name.clone();
    builder.layout.ledger.capabilities = capabilities(roster);
    for (id, occurrence) in occurrences {
        let Some(member) = roster.member(occurrence.position) else { continue };
        let Some(shape) = member.shape.as_deref() else { continue };
        let wires = wiring.get(occurrence.position).map_or(&[][..], Vec::as_slice);
        builder.part(id, occurrence, member, shape, wires);
        builder.exports(id, occurrence, member, shape);
    }
    builder.finish()
}

fn capabilities(roster: &Roster<'_>) -> BTreeMap<String, String> {
    let listed = roster.members.iter().flat_map(|member| &member.listed);
    let capability = |listed: &Listed<'_>| match listed.entry {
        Entry::Capability(capability) => {
            Some((capability.name.to_string(), capability.kind.as_str().to_owned()))
        }
        Entry::Component(_) => None,
    };
    listed.filter_map(capability).collect()
}

struct Builder<'a> {
    roster: &'a Roster<'a>,
    types: &'a Types,
    reach: Reach<'a>,
    layout: Layout,
}

impl Builder<'_> {
    fn part(
        &mut self,
        id: &str,
        occurrence: &Occurrence,
        member: &Member<'_>,
        shape: &Shape,
        wires: &[Wire],
    ) {
        self.layout.ledger.instances.push(Instance {
            id: id.to_owned(),
            component: member.name().to_owned(),
            consumer: occurrence.consumer.clone(),
            digest: shape.digest.clone(),
        });
        let arguments = wires
            .iter()
            .filter_map(|wire| {
                let argument = self.argument(id, occurrence, member, wire)?;
                Some((wire.import.name.clone(), argument))
            })
            .collect();
        let part = Part { package: shape.package, digest: shape.digest.clone(), arguments };
        self.layout.parts.insert(id.to_owned(), part);
    }

    fn argument(
        &mut self,
        id: &str,
        occurrence: &Occurrence,
        member: &Member<'_>,
        wire: &Wire,
    ) -> Option<Argument> {
        let import = &wire.import;
        let mut grant = Grant {
            instance: id.to_owned(),
            component: member.name().to_owned(),
            consumer: occurrence.consumer.clone(),
            interface: import.name.clone(),
            capability: None,
            slot: None,
        };
        match &wire.source {
            Source::Component { position, export } => {
                let provider = provider_id(self.roster.member(*position)?, id);
                self.layout.resources_linked |= self.hands_over_resources(import);
                self.layout.ledger.links.push(Link {
                    consumer: id.to_owned(),
                    interface: import.name.clone(),
                    provider: provider.clone(),
                    export: export.clone(),
                });
                return Some(Argument::Link { provider, export: export.clone() });
            }
            Source::Shared => {
                self.share(import.interface()?);
                return Some(Argument::Shared);
            }
            Source::Types => {
                self.layout.ledger.grants.push(grant);
                let Some(interface) = import.interface() else {
                    let name = slot::slot(Role::Type, id, &import.name);
                    return Some(Argument::Type { name, kind: import.item_kind() });
                };
                self.share_used(interface);
                return Some(Argument::Types { interface });
            }
            Source::Capability(capability) => grant.capability = Some(capability.clone()),
            Source::Node => {}
        }
        let interface = import.interface()?;
        self.share_used(interface);
        let name = slot::slot(Role::Import, id, &import.name);
        grant.slot = Some(name.clone());
        self.layout.ledger.grants.push(grant);
        Some(Argument::Slot { name, interface })
    }

    fn hands_over_resources(&mut self, import: &Item) -> bool {
        let (Some(id), types) = (import.interface(), self.types) else { return false };
        types[id].exports.values().any(|kind| match kind {
            ItemKind::Func(id) => self.reach.function_has_resource(*id),
            ItemKind::Type(Type::Value(ty)) => self.reach.value_has_resource(*ty),
            _ => true,
        })
    }

    /// Notes a declaration of a shared interface.
    fn share(&mut self, id: InterfaceId) {
        self.layout.shared.add(self.types, id, shared::Reach::WithoutAuthority);
    }

    fn share_used(&mut self, id: InterfaceId) {
        self.layout.shared.add_used(self.types, id, shared::Reach::WithoutAuthority);
    }

    fn exports(&mut self, id: &str, occurrence: &Occurrence, member: &Member<'_>, shape: &Shape) {
        let loose = |item: &&Item| matches!(item.kind, Kind::Function(_));
        let (loose, whole): (Vec<_>, Vec<_>) =
            shape.exports.iter().filter(|item| item.callable()).partition(loose);
        for item in whole.into_iter().chain(loose) {
            if let Kind::Function(function) = item.kind
                && self.reach.function_needs_names(function)
            {
                self.layout.ledger.omitted.push(Omission {
                    instance: id.to_owned(),
                    export: item.name.clone(),
                    reason: "a function outside of an interface whose types have names cannot be \
                             exported from the composition; export it through an interface"
                        .to_owned(),
                });
                continue;
            }
            self.expose(id, occurrence, member, item);
        }
    }

    fn expose(&mut self, id: &str, occurrence: &Occurrence, member: &Member<'_>, item: &Item) {
        let slot = slot::slot(Role::Export, id, &item.name);
        self.layout.exports.push(Exposed {
            instance: id.to_owned(),
            name: item.name.clone(),
            slot: slot.clone(),
        });
        self.layout.ledger.exports.push(Export {
            slot,
            instance: id.to_owned(),
            component: member.name().to_owned(),
            consumer: occurrence.consumer.clone(),
            interface: item.interface().map(|_| item.name.clone()),
            functions: functions(self.types, item),
        });
    }

    fn finish(mut self) -> (Layout, Vec<Problem>) {
        for shared in self.layout.shared.iter() {
            self.layout.ledger.grants.push(Grant {
                instance: String::new(),
                component: String::new(),
                consumer: None,
                interface: shared.name.clone(),
                capability: None,
                slot: shared.substance.then(|| shared.name.clone()),
            });
        }
        self.layout.ledger.sort();
        self.layout.exports.sort_by(|left, right| left.slot.cmp(&right.slot));
        let problems = collisions(&self.layout.ledger);
        (self.layout, problems)
    }
}

/// The functions of an export with their signatures, by name.
fn functions(types: &Types, item: &Item) -> Vec<crate::ledger::Function> {
    let mut functions: Vec<_> = match item.kind {
        Kind::Function(id) => {
            vec![Scope::new(types, []).function(&item.name, id)]
        }
        Kind::Type(_) => Vec::new(),
        Kind::Interface { id, .. } => {
            let exports = &types[id].exports;
            let scope = Scope::new(types, exports);
            let function = |(name, kind): (&String, &ItemKind)| match kind {
                ItemKind::Func(id) => Some(scope.function(name, *id)),
                _ => None,
            };
            exports.iter().filter_map(function).collect()
        }
    };
    functions.sort_by(|left, right| left.name.cmp(&right.name));
    functions
}

fn collisions(ledger: &Ledger) -> Vec<Problem> {
    let slots = ledger.grants.iter().filter_map(|grant| grant.slot.as_deref());
    let slots = slots.chain(ledger.exports.iter().map(|export| export.slot.as_str()));
    let mut seen = HashSet::new();
    let twice = slots.filter(|slot| !seen.insert(*slot));
    twice
        .map(|slot| {
            let message = format!("two items of the graph would both be named `{slot}`");
            Problem::new("slot-collision", "spec.components", message)
                .fix("rename one of the components")
        })
        .collect()
}
