//! Value → JSON, by shape: the inverse of `decode`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Number, Value, json};
use wasmtime::component::Val;

use super::{Mismatch, Shape};

pub fn to_json(val: &Val, shape: &Shape) -> Result<Value, Mismatch> {
    encode(val, shape).ok_or_else(|| Mismatch { expected: shape.to_string() })
}

/// `None` when value and shape do not fit.
fn encode(val: &Val, shape: &Shape) -> Option<Value> {
    Some(match (val, shape) {
        (Val::Bool(value), Shape::Bool) => Value::from(*value),
        (Val::S8(value), Shape::S8) => Value::from(*value),
        (Val::U8(value), Shape::U8) => Value::from(*value),
        (Val::S16(value), Shape::S16) => Value::from(*value),
        (Val::U16(value), Shape::U16) => Value::from(*value),
        (Val::S32(value), Shape::S32) => Value::from(*value),
        (Val::U32(value), Shape::U32) => Value::from(*value),
        (Val::S64(value), Shape::S64) => Value::from(*value),
        (Val::U64(value), Shape::U64) => Value::from(*value),
        (Val::Float32(value), Shape::F32) => float(widen(*value)),
        (Val::Float64(value), Shape::F64) => float(*value),
        (Val::Char(value), Shape::Char) => Value::from(value.to_string()),
        (Val::String(value), Shape::String) => Value::from(value.as_str()),
        (Val::Enum(name), Shape::Enum(_)) => Value::from(name.as_str()),
        (Val::Flags(names), Shape::Flags(_)) => Value::from(names.as_slice()),
        (Val::List(vals), Shape::Bytes) => Value::from(STANDARD.encode(bytes(vals)?)),
        (Val::List(vals), Shape::List(inner))
        | (Val::FixedLengthList(vals), Shape::FixedList(inner, _)) => {
            vals.iter().map(|val| encode(val, inner)).collect::<Option<Value>>()?
        }
        (Val::Tuple(vals), Shape::Tuple(shapes)) if vals.len() == shapes.len() => vals
            .iter()
            .zip(shapes)
            .map(|(val, shape)| encode(val, shape))
            .collect::<Option<Value>>()?,
        (Val::Record(fields), Shape::Record(shapes)) => record(fields, shapes)?,
        (Val::Variant(name, inner), Shape::Variant(cases)) => {
            variant(name, inner.as_deref(), cases)?
        }
        (Val::Option(inner), Shape::Option(shape)) => option(inner.as_deref(), shape)?,
        (Val::Result(Ok(inner)), Shape::Result { ok, .. }) => {
            json!({ "ok": payload(inner.as_deref(), ok.as_deref())? })
        }
        (Val::Result(Err(inner)), Shape::Result { error, .. }) => {
            json!({ "error": payload(inner.as_deref(), error.as_deref())? })
        }
        _ => return None,
    })
}

/// What a result or variant case holds; null when it holds nothing.
pub(super) fn payload(val: Option<&Val>, shape: Option<&Shape>) -> Option<Value> {
    match (val, shape) {
        (Some(val), Some(shape)) => encode(val, shape),
        (None, None) => Some(Value::Null),
        _ => None,
    }
}

fn option(val: Option<&Val>, shape: &Shape) -> Option<Value> {
    let Some(val) = val else { return Some(Value::Null) };
    let inner = encode(val, shape)?;
    Some(if matches!(shape, Shape::Option(_)) { json!({ "some": inner }) } else { inner })
}

fn record(fields: &[(String, Val)], shapes: &[(String, Shape)]) -> Option<Value> {
    let mut entries = Map::with_capacity(fields.len());
    for ((name, val), (declared, shape)) in fields.iter().zip(shapes) {
        if name != declared {
            return None;
        }
        entries.insert(name.clone(), encode(val, shape)?);
    }
    (fields.len() == shapes.len()).then_some(Value::Object(entries))
}

fn variant(name: &str, val: Option<&Val>, cases: &[(String, Option<Shape>)]) -> Option<Value> {
    let (_, shape) = cases.iter().find(|(case, _)| case == name)?;
    let value = payload(val, shape.as_ref())?;
    Some(if shape.is_some() {
        json!({ "type": name, "value": value })
    } else {
        json!({ "type": name })
    })
}

fn bytes(vals: &[Val]) -> Option<Vec<u8>> {
    vals.iter().map(|val| if let Val::U8(byte) = val { Some(*byte) } else { None }).collect()
}

fn float(value: f64) -> Value {
    match Number::from_f64(value) {
        Some(number) => Value::Number(number),
        None if value.is_nan() => Value::from("NaN"),
        None if value > 0.0 => Value::from("Infinity"),
        None => Value::from("-Infinity"),
    }
}

/// The `f64` with the shortest text that reads back as the same `f32`: 0.1, not 0.10000000149011612.
fn widen(value: f32) -> f64 {
    match value.to_string().parse::<f64>() {
        Ok(short) if short as f32 == value => short,
        _ => f64::from(value),
    }
}
