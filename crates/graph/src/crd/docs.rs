//! The sentences that describe the fields: the doc comments of the types, found along the same path
//! as the shape. It knows neither bounds nor rules.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde_json::Value;

/// Descriptions of a type and of everything in it.
pub(super) struct Docs(Value);

impl Docs {
    pub(super) fn of<T: JsonSchema>() -> Self {
        Self(plain::<T>().to_value())
    }

    /// What describes the value itself.
    pub(super) fn sentence(&self) -> Option<String> {
        let own = self.0.get("description").or_else(|| inner(&self.0).get("description"));
        own.and_then(Value::as_str).map(one_line)
    }

    pub(super) fn field(&self, key: &str) -> Option<Self> {
        inner(&self.0).get("properties")?.get(key).cloned().map(Self)
    }

    /// The elements of a list.
    pub(super) fn element(&self) -> Option<Self> {
        inner(&self.0).get("items").cloned().map(Self)
    }

    #[cfg(test)]
    pub(super) fn keys(&self) -> Vec<String> {
        let properties = inner(&self.0).get("properties").and_then(Value::as_object);
        properties.map(|map| map.keys().cloned().collect()).unwrap_or_default()
    }
}

/// The schema of a type, everything in place.
pub(super) fn plain<T: JsonSchema>() -> Schema {
    let settings = SchemaSettings::draft2020_12().with(|s| {
        s.inline_subschemas = true;
        s.meta_schema = None;
    });
    settings.into_generator().into_root_schema_for::<T>()
}

/// What stands in an optional place.
fn inner(schema: &Value) -> &Value {
    let choices = schema.get("anyOf").and_then(Value::as_array);
    let some = |choice: &&Value| choice.get("type").and_then(Value::as_str) != Some("null");
    choices.and_then(|list| list.iter().find(some)).unwrap_or(schema)
}

/// Doc comments are wrapped where the source is; a description is one paragraph a line.
pub(super) fn one_line(text: &str) -> String {
    let paragraphs = text.split("\n\n").map(|p| p.split_whitespace().collect::<Vec<_>>().join(" "));
    paragraphs.collect::<Vec<_>>().join("\n")
}
