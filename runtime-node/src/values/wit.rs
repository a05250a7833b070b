//! Shapes as WIT text, for messages and listings. Types have lost their names by then, so records
//! and their like are written out.

use std::fmt;

use wasmtime::component::Type;

use super::Shape;

/// A type as WIT text.
pub fn wit_text(ty: &Type) -> String {
    Shape::of(ty).to_string()
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes => f.write_str("list<u8>"),
            Self::List(inner) => write!(f, "list<{inner}>"),
            Self::FixedList(inner, length) => write!(f, "list<{inner}, {length}>"),
            Self::Option(inner) => write!(f, "option<{inner}>"),
            Self::Record(fields) => {
                braces(f, "record", fields, |f, (name, shape)| write!(f, "{name}: {shape}"))
            }
            Self::Variant(cases) => braces(f, "variant", cases, |f, case| match case {
                (name, Some(shape)) => write!(f, "{name}({shape})"),
                (name, None) => f.write_str(name),
            }),
            Self::Enum(names) => braces(f, "enum", names, |f, name| f.write_str(name)),
            Self::Flags(names) => braces(f, "flags", names, |f, name| f.write_str(name)),
            Self::Tuple(shapes) => {
                f.write_str("tuple<")?;
                separated(f, shapes, |f, shape| write!(f, "{shape}"))?;
                f.write_str(">")
            }
            Self::Result { ok, error } => result_text(f, ok.as_deref(), error.as_deref()),
            Self::Foreign(text) => f.write_str(text),
            primitive => f.write_str(primitive.primitive_text()),
        }
    }
}

impl Shape {
    fn primitive_text(&self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::S8 => "s8",
            Self::U8 => "u8",
            Self::S16 => "s16",
            Self::U16 => "u16",
            Self::S32 => "s32",
            Self::U32 => "u32",
            Self::S64 => "s64",
            Self::U64 => "u64",
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::Char => "char",
            _ => "string",
        }
    }
}

fn result_text(
    f: &mut fmt::Formatter<'_>,
    ok: Option<&Shape>,
    error: Option<&Shape>,
) -> fmt::Result {
    match (ok, error) {
        (None, None) => f.write_str("result"),
        (Some(ok), None) => write!(f, "result<{ok}>"),
        (None, Some(error)) => write!(f, "result<_, {error}>"),
        (Some(ok), Some(error)) => write!(f, "result<{ok}, {error}>"),
    }
}

type Write<T> = fn(&mut fmt::Formatter<'_>, &T) -> fmt::Result;

fn braces<T>(f: &mut fmt::Formatter<'_>, word: &str, items: &[T], write: Write<T>) -> fmt::Result {
    write!(f, "{word} {{ ")?;
    separated(f, items, write)?;
    f.write_str(" }")
}

fn separated<T>(f: &mut fmt::Formatter<'_>, items: &[T], write: Write<T>) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        write(f, item)?;
    }
    Ok(())
}
