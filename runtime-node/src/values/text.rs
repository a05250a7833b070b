//! Text → value: path captures, query values and command line arguments. Text stands for itself
//! where the type is text or a number; all other types are given as JSON.

use std::str::FromStr;

use serde_json::Value;
use wasmtime::component::Val;

use super::decode::{advice, float_word};
use super::error::quoted;
use super::{Shape, ValueError, from_json};

/// Reads `text` as `shape`; `name` is what the messages call it.
pub fn from_text(text: &str, shape: &Shape, name: &str) -> Result<Val, Vec<ValueError>> {
    let val = match shape {
        Shape::String | Shape::Char | Shape::Enum(_) | Shape::Bytes => {
            return from_json(&Value::from(text), shape, name);
        }
        Shape::Bool => parsed(text, Val::Bool),
        Shape::S8 => parsed(text, Val::S8),
        Shape::U8 => parsed(text, Val::U8),
        Shape::S16 => parsed(text, Val::S16),
        Shape::U16 => parsed(text, Val::U16),
        Shape::S32 => parsed(text, Val::S32),
        Shape::U32 => parsed(text, Val::U32),
        Shape::S64 => parsed(text, Val::S64),
        Shape::U64 => parsed(text, Val::U64),
        Shape::F32 | Shape::F64 if float_word(text).is_some() => {
            return from_json(&Value::from(text), shape, name);
        }
        Shape::F32 => parsed(text, Val::Float32).filter(is_finite),
        Shape::F64 => parsed(text, Val::Float64).filter(is_finite),
        Shape::Option(inner) => return option(text, inner, shape, name),
        _ => return json(text, shape, name),
    };
    val.ok_or_else(|| vec![wrong(text, shape, name, advice(shape))])
}

fn parsed<T: FromStr>(text: &str, wrap: fn(T) -> Val) -> Option<Val> {
    text.parse().ok().map(wrap)
}

/// Rust also reads `inf` and `nan`, and rounds `1e999` to infinity.
fn is_finite(val: &Val) -> bool {
    match val {
        Val::Float32(value) => value.is_finite(),
        Val::Float64(value) => value.is_finite(),
        _ => false,
    }
}

/// Whether the text `null` would be a value of this type. For the others it says that an option
/// is empty.
fn may_read_null(shape: &Shape) -> bool {
    matches!(shape, Shape::String | Shape::Char | Shape::Enum(_) | Shape::Bytes)
}

fn option(text: &str, inner: &Shape, shape: &Shape, name: &str) -> Result<Val, Vec<ValueError>> {
    if matches!(inner, Shape::Option(_)) {
        return json(text, shape, name);
    }
    if text == "null" && !may_read_null(inner) {
        return Ok(Val::Option(None));
    }
    from_text(text, inner, name).map(|val| Val::Option(Some(Box::new(val))))
}

fn json(text: &str, shape: &Shape, name: &str) -> Result<Val, Vec<ValueError>> {
    match serde_json::from_str::<Value>(text) {
        Ok(value) => from_json(&value, shape, name),
        Err(_) => {
            let fix = "a value of this type is given as JSON".to_string();
            Err(vec![wrong(text, shape, name, advice(shape).or(Some(fix)))])
        }
    }
}

fn wrong(text: &str, shape: &Shape, name: &str, fix: Option<String>) -> ValueError {
    ValueError::new(name, shape.to_string(), quoted(text)).fix(fix)
}
