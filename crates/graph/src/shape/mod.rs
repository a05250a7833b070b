//! The manifest as data: which keys there are, what stands in each, and within which bounds. One
//! table drives the check of structure. It knows nothing of the text a manifest came from.

mod capability;
mod component;
mod form;
mod operation;
mod top;

use crate::problem::Problem;
use crate::tree::Entry;

pub(crate) use top::GRAPH;

/// Where a graph is meant to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Laptop,
    Cluster,
}

/// What may stand in one place.
pub(crate) enum Shape {
    Text(&'static Form),
    /// One of a few words.
    Word(&'static Words),
    Whole {
        min: i64,
        max: i64,
    },
    Flag,
    List {
        of: &'static Shape,
        min: usize,
        max: usize,
    },
    Map {
        keys: &'static Form,
        of: &'static Shape,
        min: usize,
        max: usize,
    },
    Record(&'static Record),
    /// Any mapping, up to a size as JSON.
    Free {
        max_bytes: usize,
    },
    /// Accepted and left alone.
    Ignored,
    /// A key that people expect here; the text says what to write instead.
    Elsewhere(&'static str),
}

/// Text with a form.
pub(crate) struct Form {
    /// Code of the problem when the form is not kept.
    pub(crate) code: &'static str,
    pub(crate) expected: &'static str,
    pub(crate) fix: &'static str,
    /// Longest text in bytes.
    pub(crate) max: usize,
    /// What is wrong with the text, as the end of a sentence that begins with its name.
    pub(crate) check: fn(&str) -> Result<(), String>,
    /// The form as far as a regular expression says it; `check` may ask for more, never for less.
    pub(crate) pattern: Option<&'static str>,
}

pub(crate) struct Words {
    pub(crate) code: &'static str,
    pub(crate) words: &'static [&'static str],
}

/// A mapping with known keys.
pub(crate) struct Record {
    /// What a record with a `name` is called in messages.
    pub(crate) what: Option<&'static str>,
    pub(crate) fields: &'static [Field],
    /// Other keys are accepted and left alone.
    pub(crate) open: bool,
    pub(crate) rules: &'static [Rule],
}

pub(crate) struct Field {
    pub(crate) key: &'static str,
    pub(crate) shape: Shape,
    pub(crate) required: bool,
}

/// What holds between the fields of one record.
pub(crate) enum Rule {
    ExactlyOne {
        of: &'static [&'static str],
        none: &'static str,
        several: &'static str,
    },
    /// `key` does not stand without `needs`.
    Needs {
        key: &'static str,
        needs: &'static str,
        code: &'static str,
        fix: &'static str,
    },
    /// Not in a cluster.
    LaptopOnly {
        key: &'static str,
        code: &'static str,
        expected: &'static str,
        fix: &'static str,
    },
    /// Whatever a table cannot say.
    Own(fn(&Subject<'_>) -> Vec<Finding>),
}

/// A record as an own rule sees it.
pub(crate) struct Subject<'a> {
    /// How messages call it, such as ``capability `grpc` ``.
    pub(crate) title: &'a str,
    pub(crate) entries: &'a [Entry],
}

/// A problem under a key of the record; its `field` is completed by the walk.
pub(crate) struct Finding {
    pub(crate) key: &'static str,
    pub(crate) problem: Problem,
}

const fn required(key: &'static str, shape: Shape) -> Field {
    Field { key, shape, required: true }
}

const fn optional(key: &'static str, shape: Shape) -> Field {
    Field { key, shape, required: false }
}

const fn record(fields: &'static [Field]) -> Record {
    Record { what: None, fields, open: false, rules: &[] }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::Target;
    use super::{GRAPH, Record, Shape};
    use crate::read;

    /// Every key of the shape is in the example, read into the types and written again: the shape
    /// knows no key that the types do not.
    #[test]
    fn the_types_have_every_key_of_the_shape() {
        let text = include_bytes!("../../testdata/good/full.yaml");
        let graph = read(text, "full.yaml", Target::Laptop).unwrap().graph;
        let value = serde_json::to_value(&graph).unwrap();
        let mut missing = Vec::new();
        covered(&GRAPH, &[&value], "", &mut missing);
        assert_eq!(missing, Vec::<String>::new());
    }

    fn covered(record: &Record, values: &[&Value], path: &str, missing: &mut Vec<String>) {
        for field in record.fields {
            let here = format!("{path}.{}", field.key);
            let found: Vec<&Value> = values.iter().filter_map(|v| v.get(field.key)).collect();
            match &field.shape {
                Shape::Ignored | Shape::Elsewhere(_) => continue,
                _ if found.is_empty() => missing.push(here),
                Shape::Record(inner) => covered(inner, &found, &here, missing),
                Shape::List { of: Shape::Record(inner), .. } => {
                    let items: Vec<&Value> =
                        found.iter().filter_map(|v| v.as_array()).flatten().collect();
                    covered(inner, &items, &here, missing);
                }
                _ => {}
            }
        }
    }
}
