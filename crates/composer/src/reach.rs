//! What a type mentions, directly or through others. Answers are kept, since a hostile artifact
//! may nest shared types so that a plain walk would visit a million nodes.

use std::collections::HashMap;

use wac_graph::types::{DefinedType, DefinedTypeId, FuncTypeId, Types, ValueType};

/// Properties of types that hold when any part has them.
#[derive(Clone, Copy, Default)]
struct Mentions {
    resource: bool,
    /// A type that must be exported under a name before a function may use it.
    named: bool,
}

pub(crate) struct Reach<'a> {
    types: &'a Types,
    known: HashMap<DefinedTypeId, Mentions>,
}

impl<'a> Reach<'a> {
    pub(crate) fn new(types: &'a Types) -> Self {
        Self { types, known: HashMap::new() }
    }

    pub(crate) fn function_has_resource(&mut self, id: FuncTypeId) -> bool {
        self.function(id).resource
    }

    /// Whether a function can stand outside of an interface that names its types.
    pub(crate) fn function_needs_names(&mut self, id: FuncTypeId) -> bool {
        let mentions = self.function(id);
        mentions.named || mentions.resource
    }

    pub(crate) fn value_has_resource(&mut self, ty: ValueType) -> bool {
        self.value(ty).resource
    }

    fn function(&mut self, id: FuncTypeId) -> Mentions {
        let func = &self.types[id];
        let parts: Vec<_> = func.params.values().copied().chain(func.result).collect();
        self.any(parts)
    }

    fn any(&mut self, parts: impl IntoIterator<Item = ValueType>) -> Mentions {
        parts.into_iter().fold(Mentions::default(), |all, part| {
            let part = self.value(part);
            Mentions { resource: all.resource || part.resource, named: all.named || part.named }
        })
    }

    fn value(&mut self, ty: ValueType) -> Mentions {
        match ty {
            ValueType::Primitive(_) => Mentions::default(),
            ValueType::Own(_) | ValueType::Borrow(_) => Mentions { resource: true, named: false },
            ValueType::Defined(id) => self.defined(id),
        }
    }

    /// The depth of types is bounded by the validator that read them.
    fn defined(&mut self, id: DefinedTypeId) -> Mentions {
        if let Some(known) = self.known.get(&id) {
            return *known;
        }
        let types = self.types;
        let named = |parts: Mentions| Mentions { named: true, ..parts };
        let mentions = match &types[id] {
            DefinedType::Alias(ty) | DefinedType::List(ty) | DefinedType::Option(ty) => {
                self.value(*ty)
            }
            DefinedType::FixedSizeList(ty, _) => self.value(*ty),
            DefinedType::Tuple(parts) => self.any(parts.iter().copied()),
            DefinedType::Map(key, item) => self.any([*key, *item]),
            DefinedType::Result { ok, err } => self.any(ok.iter().chain(err).copied()),
            DefinedType::Stream(ty) | DefinedType::Future(ty) => self.any(*ty),
            DefinedType::Record(record) => named(self.any(record.fields.values().copied())),
            DefinedType::Variant(variant) => {
                named(self.any(variant.cases.values().copied().flatten()))
            }
            DefinedType::Flags(_) | DefinedType::Enum(_) => named(Mentions::default()),
        };
        self.known.insert(id, mentions);
        mentions
    }
}
