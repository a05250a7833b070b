//! The manifest as a tree that remembers where everything stood in the text. It knows YAML and
//! positions, and nothing of what a manifest should contain.

mod locate;
mod parse;
mod scalar;

use std::ops::Range;

pub(crate) use parse::parse;
pub(crate) use scalar::{Meaning, Scalar};

/// Byte range in the text.
pub(crate) type Span = Range<usize>;

#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) enum Kind {
    /// Entries in the order of the text; a key may occur twice.
    Mapping(Vec<Entry>),
    Sequence(Vec<Node>),
    Scalar(Scalar),
    /// Something that was reported while reading; nobody should report it again.
    Refused,
}

#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: Key,
    pub(crate) value: Node,
}

#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) scalar: Scalar,
    pub(crate) span: Span,
}

impl Key {
    pub(crate) fn text(&self) -> &str {
        &self.scalar.text
    }
}

impl Entry {
    /// The place to show for this field: the value if it is one scalar, otherwise the key.
    pub(crate) fn mark(&self) -> Span {
        match &self.value.kind {
            Kind::Scalar(_) | Kind::Refused if !self.value.span.is_empty() => {
                self.value.span.clone()
            }
            _ => self.key.span.clone(),
        }
    }
}

impl Node {
    /// The place to show for a node without a key of its own, such as an entry of a list.
    pub(crate) fn mark(&self) -> Span {
        match &self.kind {
            Kind::Mapping(entries) => match entries.first() {
                Some(entry) => entry.key.span.start..entry.mark().end.max(entry.key.span.end),
                None => self.span.clone(),
            },
            _ => self.span.clone(),
        }
    }

    pub(crate) fn scalar(&self) -> Option<&Scalar> {
        match &self.kind {
            Kind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// Nothing was written, or `null`: the same as leaving the field out, as in a cluster.
    pub(crate) fn is_null(&self) -> bool {
        self.scalar().is_some_and(|scalar| scalar.meaning() == Meaning::Null)
    }
}

/// The first entry with this key.
pub(crate) fn entry<'a>(entries: &'a [Entry], key: &str) -> Option<&'a Entry> {
    entries.iter().find(|entry| entry.key.text() == key)
}

/// Appends a key to a field path; keys that would read as several steps go into `["…"]`.
pub(crate) fn push_key(path: &mut String, key: &str) {
    let simple = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || "-_".contains(c));
    if !simple {
        path.push_str(&format!("[{key:?}]"));
    } else {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(key);
    }
}
