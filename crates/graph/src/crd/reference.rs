//! The definition as people read it: one table for each object, in the order in which they are met.
//! Made from the schema that an API server is given, so that it cannot say anything else.

use serde_json::Value;

use super::{VERSION, crd};

const HEAD: &str = "\
# API reference

Made from the CustomResourceDefinition by `operator crd --docs`; a test fails when it is out of date. `kubectl explain
componentgraph.spec` says the same. [The manifest](manifest.md) explains it with examples.
";

/// The reference as Markdown.
pub fn crd_docs() -> String {
    let crd = crd();
    let mut text = HEAD.to_owned();
    let version = crd.pointer("/spec/versions/0");
    let schema = version.and_then(|version| version.pointer("/schema/openAPIV3Schema"));
    text.push_str(&format!("\n`apiVersion: {}/{VERSION}`, `kind: {}`", super::GROUP, super::KIND));
    text.push_str(", short `cg`, category `wasm`.\n");
    for part in ["spec", "status"] {
        if let Some(schema) =
            schema.and_then(|schema| schema.pointer(&format!("/properties/{part}")))
        {
            object(&mut text, part, schema);
        }
    }
    if let Some(version) = version {
        columns(&mut text, version);
    }
    text
}

/// The table of one object, then those of the objects in it.
fn object(text: &mut String, path: &str, schema: &Value) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
    let required = schema.get("required").and_then(Value::as_array);
    text.push_str(&format!("\n## `{path}`\n\n"));
    let about = sentence(schema);
    if !about.is_empty() {
        text.push_str(&format!("{about}\n\n"));
    }
    text.push_str("| field | type | bounds | |\n|---|---|---|---|\n");
    for (name, field) in properties {
        let is_required = required.is_some_and(|list| list.iter().any(|key| key == name));
        let star = if is_required { " (required)" } else { "" };
        let (kind, bounds, about) = (kind(field), bounds(field), cell(&sentence(field)));
        text.push_str(&format!("| `{name}`{star} | {kind} | {bounds} | {about} |\n"));
    }
    rules(text, schema);
    for (name, field) in properties {
        let path = format!("{path}.{name}");
        match field.get("items") {
            Some(items) => object(text, &format!("{path}[]"), items),
            None => object(text, &path, field),
        }
    }
}

fn sentence(schema: &Value) -> String {
    let text = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    text.replace('\n', " ")
}

fn kind(field: &Value) -> String {
    let of =
        |schema: &Value| schema.get("type").and_then(Value::as_str).unwrap_or("any").to_owned();
    match (field.get("items"), field.get("additionalProperties")) {
        (Some(items), _) => format!("list of {}s", of(items)),
        (_, Some(values)) => format!("map to {}s", of(values)),
        _ => of(field),
    }
}

/// Bounds of a field, and of the entries of a list or map.
fn bounds(field: &Value) -> String {
    let mut found = own_bounds(field);
    for inner in ["items", "additionalProperties"] {
        let of_each = field.get(inner).map(own_bounds).unwrap_or_default();
        found.extend(of_each.into_iter().map(|bound| format!("each {bound}")));
    }
    cell(&found.join("; "))
}

fn own_bounds(schema: &Value) -> Vec<String> {
    let number = |key: &str| schema.get(key).and_then(Value::as_i64);
    let range = |least: Option<i64>, most: Option<i64>, of: &str| match (least, most) {
        (Some(least), Some(most)) => Some(format!("{least} to {most}{of}")),
        (None, Some(most)) => Some(format!("at most {most}{of}")),
        (Some(least), None) => Some(format!("at least {least}{of}")),
        (None, None) => None,
    };
    let words = schema.get("enum").and_then(Value::as_array).map(|words| {
        let words = words.iter().filter_map(Value::as_str).map(|word| format!("`{word}`"));
        format!("one of {}", words.collect::<Vec<_>>().join(", "))
    });
    let pattern = schema.get("pattern").and_then(Value::as_str);
    let default = schema.get("default").map(|default| format!("default `{default}`"));
    [
        words,
        range(number("minimum"), number("maximum"), ""),
        range(number("minLength"), number("maxLength"), " characters"),
        range(number("minItems"), number("maxItems"), " entries"),
        range(number("minProperties"), number("maxProperties"), " entries"),
        pattern.map(|pattern| format!("matches `{pattern}`")),
        default,
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What holds between the fields of an object.
fn rules(text: &mut String, schema: &Value) {
    let rules = schema.get("x-kubernetes-validations").and_then(Value::as_array);
    let messages = rules.into_iter().flatten().filter_map(|rule| rule.get("message")?.as_str());
    let messages: Vec<_> = messages.collect();
    if messages.is_empty() {
        return;
    }
    text.push_str("\nWhere fields do not go together, the API server says:\n\n");
    for message in messages {
        text.push_str(&format!("- {message}\n"));
    }
}

fn columns(text: &mut String, version: &Value) {
    text.push_str("\n## Columns\n\nOf `kubectl get cg`; the last ones with `-o wide`.\n\n| column | from |\n|---|---|\n");
    let columns = version.get("additionalPrinterColumns").and_then(Value::as_array);
    for column in columns.into_iter().flatten() {
        let part = |key: &str| column.get(key).and_then(Value::as_str).unwrap_or_default();
        text.push_str(&format!("| {} | `{}` |\n", part("name"), part("jsonPath")));
    }
    text.push_str("\n`kubectl scale cg` and autoscalers read and write `spec.replicas`.\n");
}

/// A bar would end the cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
