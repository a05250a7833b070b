//! Signatures of functions as wac knows them. Named types are shown by name.

use std::collections::HashMap;

use wac_graph::types::{
    DefinedType, DefinedTypeId, FuncTypeId, ItemKind, ResourceId, Type, Types, ValueType,
};

use crate::ledger::Function;
use crate::wit::{self, Source, TypeShape};

/// Types with the names that a scope (interface or world) gives them.
pub(crate) struct Scope<'a> {
    types: &'a Types,
    defined: HashMap<DefinedTypeId, &'a str>,
    resources: HashMap<ResourceId, &'a str>,
}

impl<'a> Scope<'a> {
    pub(crate) fn new(
        types: &'a Types,
        items: impl IntoIterator<Item = (&'a String, &'a ItemKind)>,
    ) -> Self {
        let (mut defined, mut resources) = (HashMap::new(), HashMap::new());
        for (name, kind) in items {
            match kind {
                ItemKind::Type(Type::Value(ValueType::Defined(id))) => {
                    defined.insert(*id, name.as_str());
                }
                ItemKind::Type(Type::Resource(id)) => {
                    resources.insert(*id, name.as_str());
                }
                _ => {}
            }
        }
        Self { types, defined, resources }
    }

    /// The signature of a function under a name.
    pub(crate) fn function(&self, name: &str, id: FuncTypeId) -> Function {
        let func = &self.types[id];
        let params = func.params.iter().map(|(name, ty)| (name.clone(), *ty));
        wit::function(self, name, params, func.result)
    }

    /// What a named item is.
    pub(crate) fn definition(&self, name: &str, kind: ItemKind) -> String {
        match kind {
            ItemKind::Func(id) => self.function(name, id).to_string(),
            ItemKind::Type(Type::Resource(_)) => format!("resource {name}"),
            ItemKind::Type(Type::Value(ty)) => format!("{name} = {}", wit::definition(self, ty)),
            other => other.desc(self.types).to_owned(),
        }
    }

    fn resource(&self, id: ResourceId) -> &str {
        self.resources.get(&id).copied().unwrap_or(&self.types[id].name)
    }
}

impl Source for Scope<'_> {
    type Id = ValueType;

    fn name(&self, id: ValueType) -> Option<&str> {
        match id {
            ValueType::Defined(id) => self.defined.get(&id).copied(),
            _ => None,
        }
    }

    fn shape(&self, id: ValueType) -> TypeShape<'_, ValueType> {
        let id = match id {
            ValueType::Primitive(ty) => return TypeShape::Word(ty.desc()),
            ValueType::Own(id) => return TypeShape::Own(self.resource(id)),
            ValueType::Borrow(id) => return TypeShape::Borrow(self.resource(id)),
            ValueType::Defined(id) => id,
        };
        match &self.types[id] {
            DefinedType::Alias(ty) => TypeShape::Same(*ty),
            DefinedType::Tuple(items) => {
                TypeShape::Generic("tuple", items.iter().copied().map(Some).collect())
            }
            DefinedType::List(ty) => TypeShape::Generic("list", vec![Some(*ty)]),
            DefinedType::FixedSizeList(ty, length) => TypeShape::Sized(*ty, *length),
            DefinedType::Map(key, item) => TypeShape::Generic("map", vec![Some(*key), Some(*item)]),
            DefinedType::Option(ty) => TypeShape::Generic("option", vec![Some(*ty)]),
            DefinedType::Result { ok, err } => TypeShape::result(*ok, *err),
            DefinedType::Stream(ty) => TypeShape::maybe("stream", *ty),
            DefinedType::Future(ty) => TypeShape::maybe("future", *ty),
            DefinedType::Record(record) => {
                TypeShape::record(record.fields.iter().map(|(name, ty)| (name.as_str(), *ty)))
            }
            DefinedType::Variant(variant) => {
                TypeShape::variant(variant.cases.iter().map(|(name, ty)| (name.as_str(), *ty)))
            }
            DefinedType::Flags(flags) => {
                TypeShape::words("flags", flags.0.iter().map(String::as_str))
            }
            DefinedType::Enum(cases) => {
                TypeShape::words("enum", cases.0.iter().map(String::as_str))
            }
        }
    }
}
