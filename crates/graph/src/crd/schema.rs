//! From the shape of the manifest to a structural schema with every bound the shape has.

use serde_json::{Map, Value, json};

use super::docs::Docs;
use super::{list, rule};
use crate::shape::{Field, Form, Record, Shape};

/// The schema of one field of a record at the top.
pub(super) fn field(record: &'static Record, key: &str, docs: &Docs) -> Value {
    let found = record.fields.iter().find(|field| field.key == key);
    let schema = found.and_then(|field| described(field, Some(docs), ""));
    schema.unwrap_or_default()
}

/// `metadata` may be restricted in its name only.
pub(super) fn graph_name(graph: &'static Record) -> Value {
    let inner = |record: &'static Record, key| record.fields.iter().find(|f| f.key == key);
    match inner(graph, "metadata").map(|field| &field.shape) {
        Some(Shape::Record(metadata)) => match inner(metadata, "name").map(|field| &field.shape) {
            Some(Shape::Text(form)) => text(form),
            _ => Value::Null,
        },
        _ => Value::Null,
    }
}

pub(super) fn set(schema: &mut Value, key: &str, value: Value) {
    if let Some(map) = schema.as_object_mut() {
        map.insert(key.to_owned(), value);
    }
}

/// `None` for keys that the check only knows in order to refuse or ignore them.
fn described(field: &Field, docs: Option<&Docs>, path: &str) -> Option<Value> {
    let docs = docs.and_then(|docs| docs.field(field.key));
    let dot = if path.is_empty() { "" } else { "." };
    let path = format!("{path}{dot}{}", field.key);
    let schema = shape(&field.shape, docs.as_ref(), &path)?;
    let mut whole = json!({"description": docs.as_ref().and_then(Docs::sentence)});
    if let (Some(whole), Value::Object(schema)) = (whole.as_object_mut(), schema) {
        whole.extend(schema);
    }
    Some(whole)
}

fn shape(shape: &Shape, docs: Option<&Docs>, path: &str) -> Option<Value> {
    Some(match shape {
        Shape::Text(form) => text(form),
        Shape::Word(words) => json!({"type": "string", "enum": words.words}),
        Shape::Whole { min, max } => {
            json!({"type": "integer", "format": "int32", "minimum": min, "maximum": max})
        }
        Shape::Flag => json!({"type": "boolean"}),
        Shape::List { of, min, max } => {
            let element = docs.and_then(Docs::element);
            let items = self::shape(of, element.as_ref(), &format!("{path}[]"))?;
            let mut schema = json!({"type": "array", "maxItems": max, "items": items});
            at_least(&mut schema, "minItems", *min);
            list::mark(&mut schema, path);
            schema
        }
        Shape::Map { of, min, max, .. } => {
            let values = self::shape(of, None, path)?;
            let mut schema =
                json!({"type": "object", "maxProperties": max, "additionalProperties": values});
            at_least(&mut schema, "minProperties", *min);
            schema
        }
        Shape::Record(inner) => record(inner, docs, path),
        Shape::Free { .. } => {
            json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true})
        }
        Shape::Ignored | Shape::Elsewhere(_) => return None,
    })
}

fn record(record: &Record, docs: Option<&Docs>, path: &str) -> Value {
    let mut properties = Map::new();
    for field in record.fields {
        if let Some(schema) = described(field, docs, path) {
            properties.insert(field.key.to_owned(), schema);
        }
    }
    let required: Vec<_> = record.fields.iter().filter(|f| f.required).map(|f| f.key).collect();
    let mut schema = json!({"type": "object"});
    if !required.is_empty() {
        set(&mut schema, "required", json!(required));
    }
    let rules = rule::rules(record, path);
    if !rules.is_empty() {
        set(&mut schema, "x-kubernetes-validations", json!(rules));
    }
    if !properties.is_empty() {
        set(&mut schema, "properties", Value::Object(properties));
    }
    schema
}

/// A server counts characters and the check counts bytes, so the check is never the milder one.
fn text(form: &Form) -> Value {
    let mut schema = json!({"type": "string", "maxLength": form.max});
    at_least(&mut schema, "minLength", usize::from((form.check)("").is_err()));
    if let Some(pattern) = form.pattern {
        set(&mut schema, "pattern", json!(pattern));
    }
    schema
}

fn at_least(schema: &mut Value, key: &str, min: usize) {
    if min > 0 {
        set(schema, key, json!(min));
    }
}
