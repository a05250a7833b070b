//! Whether interfaces joined by a resource come from one origin. wac compares resources by name
//! only and would fail at an offset of its output; here both origins get a name.

use graph::Problem;
use wac_graph::types::{ItemKind, ResourceId, Type, Types};

use crate::expand::{Occurrences, provider_id};
use crate::host::{Class, class};
use crate::interface::track;
use crate::reach::Reach;
use crate::resolve::{Source, Wire, Wiring};
use crate::roster::{Member, Roster};
use crate::shape::resources;

pub(crate) struct Origins<'a> {
    pub(crate) roster: &'a Roster<'a>,
    pub(crate) wiring: &'a Wiring,
    pub(crate) occurrences: &'a Occurrences,
    pub(crate) types: &'a Types,
}

/// Where a resource is made.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Origin {
    /// The host, for all components alike.
    Host { track: String, resource: String },
    /// The host, for one instance.
    Slot { instance: String, interface: String, resource: String },
    /// An instance.
    Made { instance: String, resource: ResourceId },
}

impl Origin {
    fn describe(&self) -> String {
        match self {
            Self::Host { .. } => "the host".to_owned(),
            Self::Slot { instance, .. } => format!("the host, for `{instance}` alone"),
            Self::Made { instance, .. } => format!("`{instance}`"),
        }
    }
}

impl Origins<'_> {
    pub(crate) fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (id, occurrence) in self.occurrences {
            let Some(member) = self.roster.member(occurrence.position) else { continue };
            for wire in self.wires(occurrence.position) {
                let found = self.joined(id, member, wire).or_else(|| self.borrowed(member, wire));
                // Occurrences of one component share their wiring; one report is enough.
                if let Some(problem) = found
                    && !problems.contains(&problem)
                {
                    problems.push(problem);
                }
            }
        }
        problems
    }

    fn wires(&self, position: usize) -> &[Wire] {
        self.wiring.get(position).map_or(&[], Vec::as_slice)
    }

    fn wire(&self, position: usize, import: &str) -> Option<&Wire> {
        self.wires(position).iter().find(|wire| wire.import.name == import)
    }

    /// The first resource of an import that another import defines and that comes from elsewhere.
    fn joined(&self, id: &str, member: &Member<'_>, wire: &Wire) -> Option<Problem> {
        let shape = member.shape.as_deref()?;
        for (name, resource) in resources(self.types, wire.import.item_kind()) {
            let base = self.types.resolve_resource(resource);
            let Some((import, original)) = shape.imported_resources.get(&base) else { continue };
            if *import == wire.import.name {
                continue;
            }
            let Some(there) = self.origin(id, import, original) else { continue };
            // The host knows its own resources only, whatever the component takes from elsewhere.
            let here = match wire.source {
                Source::Component { .. } => self.origin(id, &wire.import.name, name),
                _ => Some(Origin::Host { track: track(import), resource: original.clone() }),
            };
            if let Some(here) = here.filter(|here| *here != there) {
                return Some(two_origins(member, name, (&wire.import.name, here), (import, there)));
            }
        }
        None
    }

    /// An interface of a slot may use types of interfaces that all share, and plain types of
    /// others, but no type that holds a resource of an interface that is itself kept apart.
    fn borrowed(&self, member: &Member<'_>, wire: &Wire) -> Option<Problem> {
        if !matches!(wire.source, Source::Capability(_) | Source::Node) {
            return None;
        }
        let mut reach = Reach::new(self.types);
        for (name, used) in &self.types[wire.import.interface()?].uses {
            let from = &self.types[used.interface];
            let interface = from.id.as_deref().unwrap_or_default();
            if class(interface) == Class::Shared {
                continue;
            }
            let holds = match from.exports.get(used.name.as_ref().unwrap_or(name)) {
                Some(ItemKind::Type(Type::Value(ty))) => reach.value_has_resource(*ty),
                Some(ItemKind::Type(Type::Resource(_))) => true,
                _ => false,
            };
            if holds {
                return Some(not_self_contained(member, &wire.import.name, name, interface));
            }
        }
        None
    }

    /// Where the resource `name` of an import of an occurrence is made. Each step goes to a
    /// provider or to the import that first mentions the resource, so it ends.
    fn origin(&self, id: &str, import: &str, name: &str) -> Option<Origin> {
        let occurrence = self.occurrences.get(id)?;
        let shape = self.roster.member(occurrence.position)?.shape.as_deref()?;
        let wire = self.wire(occurrence.position, import)?;
        if let Source::Component { position, export } = &wire.source {
            let provider = self.roster.member(*position)?;
            let provided = provider.shape.as_deref()?;
            let id = provider_id(provider, id);
            let export = provided.export(export)?.item_kind();
            let (_, resource) = resources(self.types, export).find(|(other, _)| *other == name)?;
            let resource = self.types.resolve_resource(resource);
            return match provided.imported_resources.get(&resource) {
                Some((import, name)) => self.origin(&id, import, name),
                None => Some(Origin::Made { instance: id, resource }),
            };
        }
        let item = shape.import(import)?.item_kind();
        let (_, resource) = resources(self.types, item).find(|(other, _)| *other == name)?;
        let base = self.types.resolve_resource(resource);
        let (first, original) = shape.imported_resources.get(&base)?;
        if first != import {
            return self.origin(id, first, original);
        }
        let resource = name.to_owned();
        Some(match wire.source {
            Source::Shared => Origin::Host { track: track(import), resource },
            _ => Origin::Slot { instance: id.to_owned(), interface: import.to_owned(), resource },
        })
    }
}

fn two_origins(
    member: &Member<'_>,
    resource: &str,
    (here, here_origin): (&str, Origin),
    (there, there_origin): (&str, Origin),
) -> Problem {
    if matches!(there_origin, Origin::Slot { .. }) {
        return not_self_contained(member, here, resource, there);
    }
    let message = format!(
        "component `{}` needs the resource `{resource}` of `{here}` and of `{there}` to be the \
         same, but they are made in two places",
        member.name()
    );
    Problem::new("resource-origin", member.field(".imports"), message)
        .expected("one origin for both interfaces")
        .found(format!(
            "`{here}` has it from {}, `{there}` from {}",
            here_origin.describe(),
            there_origin.describe()
        ))
        .fix("take both interfaces from one provider, with `links` if there is a choice")
}

fn not_self_contained(member: &Member<'_>, here: &str, name: &str, there: &str) -> Problem {
    let message = format!(
        "component `{}` imports `{here}` from the host, whose `{name}` holds a resource of \
         `{there}`; both are kept apart for each component and cannot share it",
        member.name()
    );
    Problem::new("unsupported-interface", member.field(".imports"), message)
        .fix("let one component of the graph export both interfaces")
}
