//! Mappings with known keys, and the rules between the keys.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{Owner, Walk, placeholder::stand_in};
use crate::nearest::nearest;
use crate::problem::show;
use crate::shape::{Field, Record, Rule, Shape, Subject, Target};
use crate::tree::{Entry, Kind, Node, Span, entry, push_key};

impl Walk<'_> {
    pub(super) fn record(&mut self, record: &'static Record, node: &Node, at: &Span) -> Value {
        let entries = match &node.kind {
            Kind::Mapping(entries) => entries.as_slice(),
            Kind::Refused => return stand_in(record),
            _ => {
                self.wrong_type("a mapping", node, at, "write `KEY: value` pairs");
                return stand_in(record);
            }
        };
        let owned = self.enter(record, entries);
        let mut values = Map::new();
        let mut seen = HashSet::new();
        for entry in entries {
            let length = self.path.len();
            push_key(&mut self.path, entry.key.text());
            if !seen.insert(entry.key.text()) {
                self.duplicate_key(entries, entry);
            } else if let Some(field) = record.fields.iter().find(|f| f.key == entry.key.text()) {
                if let Some(value) = self.field(field, entry) {
                    values.insert(field.key.to_owned(), value);
                }
            } else if !record.open {
                self.unknown_key(record, entry);
            }
            self.path.truncate(length);
        }
        self.missing(record, entries, at, &mut values);
        for rule in record.rules {
            self.rule(rule, record, entries, at);
        }
        if owned {
            self.owners.pop();
        }
        Value::Object(values)
    }

    /// Remembers a named record, so that messages inside it can name it.
    fn enter(&mut self, record: &Record, entries: &[Entry]) -> bool {
        let Some(what) = record.what else { return false };
        let name = entry(entries, "name").and_then(|e| e.value.scalar()).map(|s| s.text.as_str());
        let title = match name {
            Some(name) if !name.is_empty() => format!("{what} {}", show(name)),
            _ => format!("{what} {}", show(&self.path)),
        };
        self.owners.push(Owner { title, depth: self.path.len() });
        true
    }

    /// `None` when the field counts as left out.
    fn field(&mut self, field: &'static Field, entry: &Entry) -> Option<Value> {
        if let Shape::Elsewhere(fix) = field.shape {
            let key = field.key;
            let problem = self
                .problem("misplaced-key", format!("{} does not belong here", self.label()))
                .found(format!("`{key}`"))
                .fix(fix);
            self.report(problem, &entry.mark());
            return None;
        }
        let left_out = entry.value.is_null() || matches!(field.shape, Shape::Ignored);
        (!left_out).then(|| self.value(&field.shape, &entry.value, &entry.mark()))
    }

    fn unknown_key(&mut self, record: &Record, entry: &Entry) {
        let key = entry.key.text();
        let known = record.fields.iter().filter(|f| !matches!(f.shape, Shape::Elsewhere(_)));
        let known: Vec<&str> = known.map(|field| field.key).collect();
        let expected = match known.as_slice() {
            [] => "no keys".to_owned(),
            _ => format!("one of `{}`", known.join("`, `")),
        };
        let fix = match nearest(key, known) {
            Some(near) => format!("write `{near}`"),
            None => "remove it".to_owned(),
        };
        let problem = self
            .problem("unknown-key", format!("{} is unknown", self.label()))
            .expected(expected)
            .found(show(key))
            .fix(fix);
        self.report(problem, &entry.key.span);
    }

    fn missing(
        &mut self,
        record: &'static Record,
        entries: &[Entry],
        at: &Span,
        values: &mut Map<String, Value>,
    ) {
        for field in record.fields.iter().filter(|field| field.required) {
            if values.contains_key(field.key) {
                continue;
            }
            values.insert(field.key.to_owned(), super::placeholder(&field.shape));
            let written = entry(entries, field.key);
            let mut problem = self
                .problem("missing-field", format!("{} has no `{}`", self.label(), field.key))
                .expected(format!("`{}: …`", field.key))
                .fix(format!("add `{}`", field.key));
            push_key(&mut problem.field, field.key);
            if written.is_some() {
                problem = problem.found("the key without a value").fix("write a value after it");
            }
            let at = written.map_or_else(|| at.clone(), Entry::mark);
            self.report(problem, &at);
        }
    }

    fn rule(&mut self, rule: &Rule, record: &Record, entries: &[Entry], at: &Span) {
        let present = |key: &str| entry(entries, key).filter(|entry| !entry.value.is_null());
        match rule {
            Rule::ExactlyOne { of, none, several } => {
                let mut found: Vec<&Entry> = of.iter().filter_map(|key| present(key)).collect();
                found.sort_by_key(|entry| entry.key.span.start);
                match found.as_slice() {
                    [] if meant(record, of, entries) => {}
                    [] => self.no_choice(none, of, at),
                    [_] => {}
                    [_, second, ..] => self.several_choices(several, of, &found, second),
                }
            }
            Rule::Needs { key, needs, code, fix } => {
                if let (Some(entry), None) = (present(key), present(needs)) {
                    let mut problem = self
                        .problem(code, format!("{} has `{key}` without `{needs}`", self.label()))
                        .expected(format!("`{needs}` beside `{key}`"))
                        .fix(*fix);
                    push_key(&mut problem.field, key);
                    self.report(problem, &entry.mark());
                }
            }
            Rule::LaptopOnly { key, code, expected, fix } => {
                if let (Some(entry), Target::Cluster) = (present(key), self.target) {
                    let message =
                        format!("{} has `{key}`, which no cluster can read", self.label());
                    let problem = self.problem(code, message).expected(*expected);
                    let mut problem = problem.found(format!("`{key}`")).fix(*fix);
                    push_key(&mut problem.field, key);
                    self.report(problem, &entry.mark());
                }
            }
            Rule::Own(rule) => {
                let title = self.label();
                for finding in rule(&Subject { title: &title, entries }) {
                    let mut problem = finding.problem;
                    let mut field = self.path.clone();
                    push_key(&mut field, &problem.field);
                    problem.field = field;
                    let at = present(finding.key).map_or_else(|| at.clone(), Entry::mark);
                    self.report(problem, &at);
                }
            }
        }
    }

    fn no_choice(&mut self, code: &'static str, of: &[&str], at: &Span) {
        let problem = self
            .problem(code, format!("{} has none of `{}`", self.label(), of.join("`, `")))
            .expected(format!("exactly one of `{}`", of.join("`, `")))
            .fix("add one of them");
        self.report(problem, at);
    }

    fn several_choices(
        &mut self,
        code: &'static str,
        of: &[&str],
        found: &[&Entry],
        second: &Entry,
    ) {
        let keys: Vec<&str> = found.iter().map(|entry| entry.key.text()).collect();
        let mut problem = self
            .problem(code, format!("{} has more than one of `{}`", self.label(), of.join("`, `")))
            .expected("exactly one of them")
            .found(format!("`{}`", keys.join("` and `")))
            .fix(format!("keep one of `{}`", keys.join("`, `")));
        push_key(&mut problem.field, second.key.text());
        self.report(problem, &second.key.span);
    }
}

/// Whether one of the choices was written under a key that is reported already.
fn meant(record: &Record, of: &[&str], entries: &[Entry]) -> bool {
    entries.iter().any(|entry| {
        let key = entry.key.text();
        match record.fields.iter().find(|field| field.key == key) {
            Some(field) => matches!(field.shape, Shape::Elsewhere(_)),
            None => nearest(key, of.iter().copied()).is_some(),
        }
    })
}
