//! Function and type signatures as WIT text, out of wac's types. Named types are shown by name.

use std::collections::HashMap;

use wac_graph::types::{
    DefinedType, DefinedTypeId, FuncTypeId, ItemKind, ResourceId, Type, Types, ValueType,
};

use crate::ledger::{Function, Parameter};

/// Longest text of one type; a hostile type may expand to a million nodes.
const LONGEST: usize = 2000;

/// The names that a scope (interface or world) gives to types.
#[derive(Default)]
pub(crate) struct Names {
    defined: HashMap<DefinedTypeId, String>,
    resources: HashMap<ResourceId, String>,
}

impl Names {
    pub(crate) fn of<'a>(items: impl IntoIterator<Item = (&'a String, &'a ItemKind)>) -> Self {
        let mut names = Self::default();
        for (name, kind) in items {
            match kind {
                ItemKind::Type(Type::Value(ValueType::Defined(id))) => {
                    names.defined.insert(*id, name.clone());
                }
                ItemKind::Type(Type::Resource(id)) => {
                    names.resources.insert(*id, name.clone());
                }
                _ => {}
            }
        }
        names
    }
}

/// The signature of a function under a name.
pub(crate) fn function(types: &Types, names: &Names, name: &str, id: FuncTypeId) -> Function {
    let func = &types[id];
    let parameter = |(name, ty): (&String, &ValueType)| Parameter {
        name: name.clone(),
        ty: value(types, names, *ty),
    };
    Function {
        name: name.to_owned(),
        params: func.params.iter().map(parameter).collect(),
        result: func.result.map(|ty| value(types, names, ty)),
    }
}

/// WIT text of a type, cut when it is longer than anyone reads.
pub(crate) fn value(types: &Types, names: &Names, ty: ValueType) -> String {
    let mut writer = Writer { types, names, text: String::new() };
    writer.value(ty);
    if writer.text.len() > LONGEST {
        let end = (0..=LONGEST).rev().find(|at| writer.text.is_char_boundary(*at)).unwrap_or(0);
        writer.text.truncate(end);
        writer.text.push('…');
    }
    writer.text
}

/// The definition of a named type.
pub(crate) fn definition(types: &Types, names: &Names, ty: Type) -> String {
    match ty {
        Type::Resource(_) => "resource".to_owned(),
        Type::Value(ValueType::Defined(id)) => {
            let mut writer = Writer { types, names, text: String::new() };
            writer.definition(id);
            writer.text
        }
        Type::Value(ty) => value(types, names, ty),
        other => other.desc(types).to_owned(),
    }
}

struct Writer<'a> {
    types: &'a Types,
    names: &'a Names,
    text: String,
}

impl Writer<'_> {
    fn value(&mut self, ty: ValueType) {
        if self.text.len() > LONGEST {
            return;
        }
        match ty {
            ValueType::Primitive(ty) => self.text.push_str(ty.desc()),
            ValueType::Own(id) => self.resource(id),
            ValueType::Borrow(id) => {
                self.text.push_str("borrow<");
                self.resource(id);
                self.text.push('>');
            }
            ValueType::Defined(id) => match self.names.defined.get(&id) {
                Some(name) => self.text.push_str(name),
                None => self.definition(id),
            },
        }
    }

    fn resource(&mut self, id: ResourceId) {
        let name = self.names.resources.get(&id).unwrap_or(&self.types[id].name);
        self.text.push_str(name);
    }

    fn definition(&mut self, id: DefinedTypeId) {
        match &self.types[id] {
            DefinedType::Alias(ty) => self.value(*ty),
            DefinedType::Tuple(items) => self.generic("tuple", items.iter().copied().map(Some)),
            DefinedType::List(ty) => self.generic("list", [Some(*ty)]),
            DefinedType::FixedSizeList(ty, length) => {
                self.text.push_str("list<");
                self.value(*ty);
                self.text.push_str(&format!(", {length}>"));
            }
            DefinedType::Map(key, item) => self.generic("map", [Some(*key), Some(*item)]),
            DefinedType::Option(ty) => self.generic("option", [Some(*ty)]),
            DefinedType::Result { ok, err } => match (ok, err) {
                (None, None) => self.text.push_str("result"),
                (ok, None) => self.generic("result", [*ok]),
                (ok, err) => self.generic("result", [*ok, *err]),
            },
            DefinedType::Stream(ty) => self.bare_or_generic("stream", *ty),
            DefinedType::Future(ty) => self.bare_or_generic("future", *ty),
            DefinedType::Record(record) => {
                let fields = record.fields.iter().map(|(name, ty)| (name, Some(*ty)));
                self.body("record", fields, ": ", "");
            }
            DefinedType::Variant(variant) => {
                let cases = variant.cases.iter().map(|(name, ty)| (name, *ty));
                self.body("variant", cases, "(", ")");
            }
            DefinedType::Flags(flags) => {
                self.body("flags", flags.0.iter().map(|name| (name, None)), "", "");
            }
            DefinedType::Enum(cases) => {
                self.body("enum", cases.0.iter().map(|name| (name, None)), "", "");
            }
        }
    }

    fn bare_or_generic(&mut self, word: &str, ty: Option<ValueType>) {
        match ty {
            Some(ty) => self.generic(word, [Some(ty)]),
            None => self.text.push_str(word),
        }
    }

    fn generic(&mut self, word: &str, items: impl IntoIterator<Item = Option<ValueType>>) {
        self.text.push_str(word);
        self.text.push('<');
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.text.push_str(", ");
            }
            match item {
                Some(ty) => self.value(ty),
                None => self.text.push('_'),
            }
        }
        self.text.push('>');
    }

    fn body<'n>(
        &mut self,
        word: &str,
        members: impl IntoIterator<Item = (&'n String, Option<ValueType>)>,
        open: &str,
        close: &str,
    ) {
        self.text.push_str(word);
        self.text.push_str(" { ");
        for (index, (name, ty)) in members.into_iter().enumerate() {
            if index > 0 {
                self.text.push_str(", ");
            }
            self.text.push_str(name);
            if let Some(ty) = ty {
                self.text.push_str(open);
                self.value(ty);
                self.text.push_str(close);
            }
        }
        self.text.push_str(" }");
    }
}
