//! Reads the outside of any component with the validator alone: names, kinds and signatures of
//! its root imports and exports. Function bodies are left to the engine.

use std::collections::HashMap;
use std::panic::catch_unwind;

use wasmparser::component_types::{
    AliasableResourceId, ComponentAnyTypeId, ComponentDefinedType, ComponentDefinedTypeId,
    ComponentEntityType, ComponentFuncTypeId, ComponentInstanceTypeId, ComponentValType,
};
use wasmparser::types::Types;
use wasmparser::{
    BinaryReaderError, Chunk, Parser, Payload, PrimitiveValType, ValidPayload, Validator,
    WasmFeatures,
};

use crate::ledger::Function;
use crate::wit::{self, Source, TypeShape};

/// The outside of a component.
pub(crate) struct Outside {
    pub(crate) imports: Vec<Face>,
    pub(crate) exports: Vec<Face>,
}

/// One import or export.
pub(crate) struct Face {
    pub(crate) name: String,
    pub(crate) kind: FaceKind,
    pub(crate) functions: Vec<Function>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FaceKind {
    /// Whether it holds more than value types.
    Interface {
        substance: bool,
    },
    Function,
    ValueType,
    /// A component, module, value or resource.
    Other,
}

/// Reads bytes that the guard let pass.
pub(crate) fn read(bytes: &[u8]) -> Result<Outside, String> {
    // The validator panics at some shapes that nobody builds.
    match catch_unwind(|| validated(bytes)) {
        Ok(read) => read.map_err(|error| error.to_string()),
        Err(_) => Err("it uses a shape that is not known".to_owned()),
    }
}

fn validated(bytes: &[u8]) -> Result<Outside, BinaryReaderError> {
    let mut validator = Validator::new_with_features(WasmFeatures::all());
    let mut parser = Parser::new(0);
    let mut outer = Vec::new();
    let mut rest = bytes;
    let (mut imports, mut exports) = (Vec::new(), Vec::new());
    loop {
        // With the end of the input announced the parser never asks for more.
        let Chunk::Parsed { payload, consumed } = parser.parse(rest, true)? else { continue };
        rest = rest.get(consumed..).unwrap_or_default();
        if outer.is_empty() {
            match &payload {
                Payload::ComponentImportSection(section) => {
                    for import in section.clone() {
                        imports.push(import?.name.name);
                    }
                }
                Payload::ComponentExportSection(section) => {
                    for export in section.clone() {
                        exports.push(export?.name.name);
                    }
                }
                _ => {}
            }
        }
        match validator.payload(&payload)? {
            ValidPayload::Parser(next) => outer.push(std::mem::replace(&mut parser, next)),
            ValidPayload::End(types) => match outer.pop() {
                Some(parent) => parser = parent,
                None => return Ok(outside(&types, &imports, &exports)),
            },
            ValidPayload::Ok | ValidPayload::Func(..) => {}
        }
    }
}

fn outside(types: &Types, imports: &[&str], exports: &[&str]) -> Outside {
    let import = |name: &&str| {
        let item = types.component_item_for_import(name)?;
        Some(face(types, name, item.ty))
    };
    let export = |name: &&str| {
        let item = types.component_item_for_export(name)?;
        Some(face(types, name, item.ty))
    };
    Outside {
        imports: imports.iter().filter_map(import).collect(),
        exports: exports.iter().filter_map(export).collect(),
    }
}

fn face(types: &Types, name: &str, entity: ComponentEntityType) -> Face {
    let (kind, functions) = match entity {
        ComponentEntityType::Func(id) => {
            (FaceKind::Function, vec![Scope::new(types, None).function(name, id)])
        }
        ComponentEntityType::Instance(id) => instance(types, id),
        ComponentEntityType::Type { created: ComponentAnyTypeId::Defined(_), .. } => {
            (FaceKind::ValueType, Vec::new())
        }
        _ => (FaceKind::Other, Vec::new()),
    };
    Face { name: name.to_owned(), kind, functions }
}

fn instance(types: &Types, id: ComponentInstanceTypeId) -> (FaceKind, Vec<Function>) {
    let scope = Scope::new(types, Some(id));
    let mut functions = Vec::new();
    let mut substance = false;
    for (name, item) in &types[id].exports {
        match item.ty {
            ComponentEntityType::Func(id) => functions.push(scope.function(name, id)),
            ComponentEntityType::Type { created: ComponentAnyTypeId::Defined(_), .. } => continue,
            _ => {}
        }
        substance = true;
    }
    functions.sort_by(|left, right| left.name.cmp(&right.name));
    (FaceKind::Interface { substance }, functions)
}

struct Scope<'a> {
    types: &'a Types,
    defined: HashMap<ComponentDefinedTypeId, &'a str>,
    resources: HashMap<AliasableResourceId, &'a str>,
}

impl<'a> Scope<'a> {
    fn new(types: &'a Types, instance: Option<ComponentInstanceTypeId>) -> Self {
        let (mut defined, mut resources) = (HashMap::new(), HashMap::new());
        for (name, item) in instance.into_iter().flat_map(|id| &types[id].exports) {
            let ComponentEntityType::Type { created, .. } = item.ty else { continue };
            match created {
                ComponentAnyTypeId::Defined(id) => drop(defined.insert(id, name.as_str())),
                ComponentAnyTypeId::Resource(id) => drop(resources.insert(id, name.as_str())),
                _ => {}
            }
        }
        Self { types, defined, resources }
    }

    fn function(&self, name: &str, id: ComponentFuncTypeId) -> Function {
        let func = &self.types[id];
        let params = func.params.iter().map(|(name, ty)| (name.to_string(), *ty));
        wit::function(self, name, params, func.result)
    }

    fn resource(&self, id: AliasableResourceId) -> &str {
        self.resources.get(&id).copied().unwrap_or("resource")
    }
}

impl Source for Scope<'_> {
    type Id = ComponentValType;

    fn name(&self, id: ComponentValType) -> Option<&str> {
        match id {
            ComponentValType::Type(id) => self.defined.get(&id).copied(),
            ComponentValType::Primitive(_) => None,
        }
    }

    fn shape(&self, id: ComponentValType) -> TypeShape<'_, ComponentValType> {
        let id = match id {
            ComponentValType::Primitive(ty) => return TypeShape::Word(primitive(ty)),
            ComponentValType::Type(id) => id,
        };
        match &self.types[id] {
            ComponentDefinedType::Primitive(ty) => TypeShape::Word(primitive(*ty)),
            ComponentDefinedType::Own(id) => TypeShape::Word(self.resource(*id)),
            ComponentDefinedType::Borrow(id) => TypeShape::Borrow(self.resource(*id)),
            ComponentDefinedType::Record(record) => {
                TypeShape::record(record.fields.iter().map(|(name, ty)| (name.as_str(), *ty)))
            }
            ComponentDefinedType::Variant(variant) => TypeShape::variant(
                variant.cases.iter().map(|(name, case)| (name.as_str(), case.ty)),
            ),
            ComponentDefinedType::List { element, .. } => {
                TypeShape::Generic("list", vec![Some(*element)])
            }
            ComponentDefinedType::FixedLengthList { element, length, .. } => {
                TypeShape::Sized(*element, *length)
            }
            ComponentDefinedType::Map { key, value, .. } => {
                TypeShape::Generic("map", vec![Some(*key), Some(*value)])
            }
            ComponentDefinedType::Tuple(tuple) => {
                TypeShape::Generic("tuple", tuple.types.iter().copied().map(Some).collect())
            }
            ComponentDefinedType::Flags(flags) => {
                TypeShape::words("flags", flags.iter().map(|name| name.as_str()))
            }
            ComponentDefinedType::Enum(cases) => {
                TypeShape::words("enum", cases.iter().map(|name| name.as_str()))
            }
            ComponentDefinedType::Option { ty, .. } => {
                TypeShape::Generic("option", vec![Some(*ty)])
            }
            ComponentDefinedType::Result { ok, err, .. } => TypeShape::result(*ok, *err),
            ComponentDefinedType::Stream { ty, .. } => TypeShape::maybe("stream", *ty),
            ComponentDefinedType::Future { ty, .. } => TypeShape::maybe("future", *ty),
        }
    }
}

fn primitive(ty: PrimitiveValType) -> &'static str {
    match ty {
        PrimitiveValType::Bool => "bool",
        PrimitiveValType::S8 => "s8",
        PrimitiveValType::U8 => "u8",
        PrimitiveValType::S16 => "s16",
        PrimitiveValType::U16 => "u16",
        PrimitiveValType::S32 => "s32",
        PrimitiveValType::U32 => "u32",
        PrimitiveValType::S64 => "s64",
        PrimitiveValType::U64 => "u64",
        PrimitiveValType::F32 => "f32",
        PrimitiveValType::F64 => "f64",
        PrimitiveValType::Char => "char",
        PrimitiveValType::String => "string",
        PrimitiveValType::ErrorContext => "error-context",
    }
}
