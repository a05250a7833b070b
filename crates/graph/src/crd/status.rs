//! The schema of `status`. Its bounds stand at the types; here it is only put into the form an API
//! server takes.

use serde_json::{Map, Value, json};

use super::docs::{one_line, plain};
use super::schema::set;
use crate::status::Status;

pub(super) fn schema() -> Value {
    let mut schema = structural(&plain::<Status>().to_value());
    if let Some(conditions) = schema.pointer_mut("/properties/conditions") {
        set(conditions, "x-kubernetes-list-type", json!("map"));
        set(conditions, "x-kubernetes-list-map-keys", json!(["type"]));
    }
    schema
}

/// Keeps what a structural schema may hold. An optional value is one that may be left out.
fn structural(schema: &Value) -> Value {
    let optional = schema.get("anyOf").and_then(Value::as_array);
    let some = |c: &&Value| c.get("type").and_then(Value::as_str) != Some("null");
    if let Some(choice) = optional.and_then(|choices| choices.iter().find(some)) {
        let mut inner = structural(choice);
        copy_description(schema, &mut inner);
        return inner;
    }
    let mut kept = json!({});
    copy_description(schema, &mut kept);
    for key in ["format", "minimum", "minLength", "maxLength", "maxItems", "enum", "required"] {
        if let Some(value) = schema.get(key) {
            set(&mut kept, key, signed(value));
        }
    }
    set(&mut kept, "type", json!(kind(schema)));
    if let Some(items) = schema.get("items") {
        set(&mut kept, "items", structural(items));
        set(&mut kept, "x-kubernetes-list-type", json!("atomic"));
    }
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        let inner = properties.iter().map(|(key, value)| (key.clone(), structural(value)));
        set(&mut kept, "properties", Value::Object(inner.collect::<Map<_, _>>()));
    }
    kept
}

fn copy_description(from: &Value, to: &mut Value) {
    if let Some(text) = from.get("description").and_then(Value::as_str) {
        set(to, "description", json!(one_line(text)));
    }
}

/// Kubernetes knows signed numbers only.
fn signed(value: &Value) -> Value {
    match value.as_str() {
        Some("uint32") => json!("int32"),
        _ => value.clone(),
    }
}

fn kind(schema: &Value) -> &str {
    let kinds = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or("string")
}
