//! Values that stand in for what could not be read. They fit the types and mean nothing.

use serde_json::{Map, Value};

use crate::shape::{Record, Shape};

pub(super) fn placeholder(shape: &Shape) -> Value {
    match shape {
        Shape::Text(_) => Value::from(""),
        Shape::Word(words) => Value::from(words.words.first().copied().unwrap_or_default()),
        Shape::Whole { min, .. } => Value::from(*min),
        Shape::Flag => Value::Bool(false),
        Shape::List { .. } => Value::Array(Vec::new()),
        Shape::Map { .. } | Shape::Free { .. } => Value::Object(Map::new()),
        Shape::Record(record) => stand_in(record),
        Shape::Ignored | Shape::Elsewhere(_) => Value::Null,
    }
}

pub(super) fn stand_in(record: &Record) -> Value {
    let required = record.fields.iter().filter(|field| field.required);
    Value::Object(required.map(|f| (f.key.to_owned(), placeholder(&f.shape))).collect())
}
