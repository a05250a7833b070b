//! The definition as a whole: nothing without a bound, nothing without a sentence, no drift.

use expect_test::expect_file;
use proptest::prelude::*;
use regex::Regex;
use serde_json::Value;

use super::docs::Docs;
use super::{crd, crd_yaml, list};
use crate::manifest::{ComponentGraph, Name};
use crate::shape::{Form, GRAPH, Record, Shape};

fn schema() -> Value {
    crd().pointer("/spec/versions/0/schema/openAPIV3Schema").unwrap().clone()
}

#[test]
fn the_file_is_what_the_code_says() {
    let yaml = crd_yaml().unwrap();
    assert!(yaml.len() <= 200 << 10, "{} bytes", yaml.len());
    expect_file!["../../../../crds/componentgraphs.yaml"].assert_eq(&yaml);
}

#[test]
fn the_reference_is_what_the_definition_says() {
    expect_file!["../../../../docs/api.md"].assert_eq(&super::crd_docs());
}

#[test]
fn everything_has_a_bound_and_a_sentence() {
    let mut findings = Vec::new();
    for part in ["spec", "status"] {
        visit(&schema()["properties"][part], part, &mut findings);
    }
    assert_eq!(findings, Vec::<String>::new());
}

fn visit(schema: &Value, path: &str, findings: &mut Vec<String>) {
    let has = |key: &str| schema.get(key).is_some();
    let bounded = match schema["type"].as_str().unwrap() {
        "string" => has("maxLength") || has("enum") || schema["format"] == "date-time",
        "array" => has("maxItems") && has("x-kubernetes-list-type"),
        "integer" => has("format") && !schema["format"].as_str().unwrap().starts_with('u'),
        "object" => !has("additionalProperties") || has("maxProperties"),
        _ => true,
    };
    if !bounded {
        findings.push(format!("{path} has no bound"));
    }
    for inner in ["items", "additionalProperties"] {
        if has(inner) {
            visit(&schema[inner], &format!("{path}[]"), findings);
        }
    }
    for (key, property) in schema["properties"].as_object().into_iter().flatten() {
        let here = format!("{path}.{key}");
        if property["description"].as_str().is_none_or(|text| !text.ends_with('.')) {
            findings.push(format!("{here} has no sentence"));
        }
        visit(property, &here, findings);
    }
}

/// Sentences are looked up by key: a type with a field the shape does not know would lose it.
#[test]
fn the_shape_has_every_key_of_the_types() {
    let mut findings = Vec::new();
    compare(&GRAPH, &Docs::of::<ComponentGraph>(), "", &mut findings);
    assert_eq!(findings, Vec::<String>::new());
}

fn compare(record: &Record, docs: &Docs, path: &str, findings: &mut Vec<String>) {
    for key in docs.keys() {
        let here = format!("{path}.{key}");
        let Some(field) = record.fields.iter().find(|field| field.key == key) else {
            findings.push(format!("{here} is not in the shape"));
            continue;
        };
        let inner = docs.field(&key).unwrap();
        match &field.shape {
            Shape::Record(next) => compare(next, &inner, &here, findings),
            Shape::List { of: Shape::Record(next), .. } => {
                compare(next, &inner.element().unwrap(), &here, findings);
            }
            _ => {}
        }
    }
}

#[test]
fn every_keyed_list_exists() {
    for path in list::paths() {
        let mut at = &schema();
        for step in path.split('.') {
            at = &at["properties"][step.trim_end_matches("[]")];
            if step.ends_with("[]") {
                at = &at["items"];
            }
        }
        assert_eq!(at["type"], "array", "{path}");
    }
}

fn forms(record: &'static Record, found: &mut Vec<&'static Form>) {
    for field in record.fields {
        inside(&field.shape, found);
    }
}

fn inside(shape: &'static Shape, found: &mut Vec<&'static Form>) {
    match shape {
        Shape::Text(form) => found.push(form),
        Shape::List { of, .. } | Shape::Map { of, .. } => inside(of, found),
        Shape::Record(record) => forms(record, found),
        _ => {}
    }
}

/// Texts near the edge of what forms take.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Name::PATTERN.trim_matches(['^', '$']).prop_map(|s: String| s),
        "[-._/a-zA-Z0-9:{}]{0,12}",
        "/[a-z_]{1,3}(\\.[a-z0-9]{1,3}){0,2}/[A-Za-z0-9]{1,4}",
        "sha256:[0-9a-f]{64}",
        "\\PC{0,6}",
    ]
}

proptest! {
    /// A server that refused what the check takes would surprise somebody who checked.
    #[test]
    fn patterns_ask_for_no_more_than_the_check(text in text()) {
        let mut found = Vec::new();
        forms(&GRAPH, &mut found);
        for form in found {
            let Some(pattern) = form.pattern else { continue };
            if (form.check)(&text).is_ok() {
                prop_assert!(Regex::new(pattern).unwrap().is_match(&text), "{text:?} {pattern}");
            }
        }
    }
}
