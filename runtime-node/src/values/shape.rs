//! The structure of a WIT type as a plain tree. It knows no values and no text.

use wasmtime::component::Type;

/// What a value looks like. Cheap to walk at call time, and made by hand in tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    Bool,
    S8,
    U8,
    S16,
    U16,
    S32,
    U32,
    S64,
    U64,
    F32,
    F64,
    Char,
    String,
    /// `list<u8>`, which JSON writes as base64.
    Bytes,
    List(Box<Shape>),
    FixedList(Box<Shape>, u32),
    Record(Vec<(String, Shape)>),
    Tuple(Vec<Shape>),
    Variant(Vec<(String, Option<Shape>)>),
    Enum(Vec<String>),
    Option(Box<Shape>),
    Result {
        ok: Option<Box<Shape>>,
        error: Option<Box<Shape>>,
    },
    Flags(Vec<String>),
    /// A type without a JSON form; its WIT text.
    Foreign(&'static str),
}

impl Shape {
    pub fn of(ty: &Type) -> Self {
        match ty {
            Type::Bool => Self::Bool,
            Type::S8 => Self::S8,
            Type::U8 => Self::U8,
            Type::S16 => Self::S16,
            Type::U16 => Self::U16,
            Type::S32 => Self::S32,
            Type::U32 => Self::U32,
            Type::S64 => Self::S64,
            Type::U64 => Self::U64,
            Type::Float32 => Self::F32,
            Type::Float64 => Self::F64,
            Type::Char => Self::Char,
            Type::String => Self::String,
            Type::Map(_) => Self::Foreign("map"),
            Type::Own(_) => Self::Foreign("own<resource>"),
            Type::Borrow(_) => Self::Foreign("borrow<resource>"),
            Type::Future(_) => Self::Foreign("future"),
            Type::Stream(_) => Self::Foreign("stream"),
            Type::ErrorContext => Self::Foreign("error-context"),
            compound => Self::compound(compound),
        }
    }

    fn compound(ty: &Type) -> Self {
        match ty {
            Type::List(list) if list.ty() == Type::U8 => Self::Bytes,
            Type::List(list) => Self::List(Box::new(Self::of(&list.ty()))),
            Type::FixedLengthList(list) => {
                Self::FixedList(Box::new(Self::of(&list.ty())), list.len())
            }
            Type::Record(record) => Self::Record(
                record.fields().map(|field| (field.name.into(), Self::of(&field.ty))).collect(),
            ),
            Type::Tuple(tuple) => Self::Tuple(tuple.types().map(|ty| Self::of(&ty)).collect()),
            Type::Variant(variant) => Self::Variant(
                variant
                    .cases()
                    .map(|case| (case.name.into(), case.ty.as_ref().map(Self::of)))
                    .collect(),
            ),
            Type::Enum(cases) => Self::Enum(cases.names().map(Into::into).collect()),
            Type::Option(option) => Self::Option(Box::new(Self::of(&option.ty()))),
            Type::Result(result) => Self::Result {
                ok: result.ok().map(|ty| Box::new(Self::of(&ty))),
                error: result.err().map(|ty| Box::new(Self::of(&ty))),
            },
            Type::Flags(flags) => Self::Flags(flags.names().map(Into::into).collect()),
            _ => Self::Foreign("unknown"),
        }
    }

    /// Whether some value of this shape is written as a JSON object.
    pub(super) fn takes_object(&self) -> bool {
        match self {
            Self::Record(_) | Self::Variant(_) | Self::Result { .. } => true,
            Self::Option(inner) => matches!(**inner, Self::Option(_)) || inner.takes_object(),
            _ => false,
        }
    }
}
