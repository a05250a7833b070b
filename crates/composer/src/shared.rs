//! The root imports that several components share, gathered from all their declarations: one for
//! each path and track, under the highest version that is asked for.

use std::collections::{BTreeMap, HashSet};

use wac_graph::types::{InterfaceId, ItemKind, Type, Types};

use crate::host::{Class, class};
use crate::interface::{higher, track};

/// One shared root import.
pub(crate) struct Shared {
    /// The highest version that is asked for.
    pub(crate) name: String,
    /// Every declaration of it, also those that others use only for a type.
    pub(crate) interfaces: HashSet<InterfaceId>,
    /// Whether any declaration has functions or resources.
    pub(crate) substance: bool,
}

/// Which of the interfaces that an interface uses are shared with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Those without authority, as in every composition.
    WithoutAuthority,
    /// All, as in a composition for hosts that do not tell components apart.
    All,
}

/// Shared root imports by path and track.
#[derive(Default)]
pub(crate) struct SharedImports(BTreeMap<String, Shared>);

impl SharedImports {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Shared> {
        self.0.values()
    }

    /// The one that an interface of this name belongs to.
    pub(crate) fn of(&self, name: &str) -> Option<&Shared> {
        self.0.get(&track(name))
    }

    pub(crate) fn declares(&self, id: InterfaceId) -> bool {
        self.iter().any(|shared| shared.interfaces.contains(&id))
    }

    /// Adds a declaration, and those that it uses.
    pub(crate) fn add(&mut self, types: &Types, id: InterfaceId, reach: Reach) {
        let interface = &types[id];
        let name = interface.id.clone().unwrap_or_default();
        let substantial =
            |kind: &ItemKind| matches!(kind, ItemKind::Func(_) | ItemKind::Type(Type::Resource(_)));
        let shared = self.0.entry(track(&name)).or_insert_with(|| Shared {
            name: name.clone(),
            interfaces: HashSet::new(),
            substance: false,
        });
        shared.name = higher(&shared.name, &name).to_owned();
        shared.substance |= interface.exports.values().any(substantial);
        if shared.interfaces.insert(id) {
            self.add_used(types, id, reach);
        }
    }

    /// Adds what an interface uses and does not add the interface itself.
    pub(crate) fn add_used(&mut self, types: &Types, id: InterfaceId, reach: Reach) {
        for used in types[id].uses.values() {
            let name = types[used.interface].id.as_deref().unwrap_or_default();
            if reach == Reach::All || class(name) == Class::Shared {
                self.add(types, used.interface, reach);
            } else {
                self.add_used(types, used.interface, reach);
            }
        }
    }
}
