//! Compares the tree of a manifest with its shape. Out come all problems of structure, each with
//! its place, and a value that fits the types, even where the text did not: what is wrong is
//! replaced by a harmless stand-in, so that later checks still see everything else.

mod free;
mod placeholder;
mod record;
mod scalar;

use serde_json::Value;

use crate::document::Lines;
use crate::problem::{Problem, show};
use crate::shape::{Form, GRAPH, Shape, Target};
use crate::tree::{Entry, Kind, Meaning, Node, Span, entry, push_key};
use placeholder::placeholder;

/// More problems than anybody reads are not collected.
const MOST: usize = 256;

pub(crate) struct Walked {
    pub(crate) value: Value,
    pub(crate) problems: Vec<Problem>,
}

/// Walks the whole manifest. `root` is a mapping or the walk says so.
pub(crate) fn walk(text: &str, root: &Node, target: Target) -> Walked {
    let mut walk = Walk {
        text,
        lines: Lines::new(text),
        target,
        path: String::new(),
        owners: Vec::new(),
        problems: Vec::new(),
    };
    let value = walk.record(&GRAPH, root, &root.mark());
    Walked { value, problems: walk.problems }
}

struct Walk<'a> {
    text: &'a str,
    lines: Lines,
    target: Target,
    /// Field path of the node at hand.
    path: String,
    /// The named records around it, innermost last.
    owners: Vec<Owner>,
    problems: Vec<Problem>,
}

struct Owner {
    /// How messages call it.
    title: String,
    /// Length of its path.
    depth: usize,
}

impl Walk<'_> {
    /// The value of a node, or a stand-in for it after its problems were reported at `at`.
    fn value(&mut self, shape: &'static Shape, node: &Node, at: &Span) -> Value {
        if matches!(node.kind, Kind::Refused) {
            return placeholder(shape);
        }
        match shape {
            Shape::Text(form) => self.text(form, node, at),
            Shape::Word(words) => self.word(words, node, at),
            Shape::Whole { min, max } => self.whole(*min, *max, node, at),
            Shape::Flag => self.flag(node, at),
            Shape::List { of, min, max } => self.list(of, (*min, *max), node, at),
            Shape::Map { keys, of, min, max } => self.map((keys, of), (*min, *max), node, at),
            Shape::Record(record) => self.record(record, node, at),
            Shape::Free { max_bytes } => self.free(*max_bytes, node, at),
            Shape::Ignored | Shape::Elsewhere(_) => Value::Null,
        }
    }

    fn list(
        &mut self,
        of: &'static Shape,
        bounds: (usize, usize),
        node: &Node,
        at: &Span,
    ) -> Value {
        let Kind::Sequence(items) = &node.kind else {
            let fix = match &node.kind {
                Kind::Scalar(scalar) => format!("write `[{}]`", scalar.text),
                _ => "begin each entry with `- `, or write `[…]`".to_owned(),
            };
            self.wrong_type("a list", node, at, &fix);
            return Value::Array(Vec::new());
        };
        self.count("entries", items.len(), bounds, at);
        let mut values = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let length = self.path.len();
            self.path.push_str(&format!("[{index}]"));
            let value = self.value(of, item, &item.mark());
            self.path.truncate(length);
            if values.len() < bounds.1 {
                values.push(value);
            }
        }
        Value::Array(values)
    }

    fn map(
        &mut self,
        (keys, of): (&'static Form, &'static Shape),
        bounds: (usize, usize),
        node: &Node,
        at: &Span,
    ) -> Value {
        let Kind::Mapping(entries) = &node.kind else {
            self.wrong_type("a mapping", node, at, "write `KEY: value` pairs");
            return Value::Object(serde_json::Map::new());
        };
        self.count("keys", entries.len(), bounds, at);
        let mut values = serde_json::Map::new();
        for entry in entries {
            let length = self.path.len();
            push_key(&mut self.path, entry.key.text());
            let new = !values.contains_key(entry.key.text());
            if !new {
                self.duplicate_key(entries, entry);
            }
            self.key(keys, entry);
            let value = match &entry.value.kind {
                Kind::Mapping(inner) if matches!(of, Shape::Text(_)) && !inner.is_empty() => {
                    self.nested(entry, inner);
                    placeholder(of)
                }
                _ => self.value(of, &entry.value, &entry.mark()),
            };
            self.path.truncate(length);
            if new && values.len() < bounds.1 {
                values.insert(entry.key.text().to_owned(), value);
            }
        }
        Value::Object(values)
    }

    /// Nested mappings are what people try first; the flat form is one line away.
    fn nested(&mut self, entry: &Entry, inner: &[Entry]) {
        let key = entry.key.text();
        let first = inner.first().map_or("KEY", |entry| entry.key.text());
        let problem = self
            .problem(
                "wrong-type",
                format!("{} is a mapping, and values here are flat", self.label()),
            )
            .expected("text")
            .found("a mapping")
            .fix(format!("write {} with a dot", show(&format!("{key}.{first}: …"))));
        self.report(problem, &entry.mark());
    }

    fn key(&mut self, form: &Form, entry: &Entry) {
        let key = entry.key.text();
        let problem = if entry.key.scalar.meaning() != Meaning::Text {
            self.problem("key-not-text", format!("the key {} is not read as text", show(key)))
                .expected("text")
                .fix(format!("put quotes around it: \"{key}\""))
        } else if key.len() > form.max {
            self.problem("too-long", format!("the key {} is too long", show(key)))
                .expected(format!("at most {} bytes", form.max))
                .found(format!("{} bytes", key.len()))
                .fix("shorten it")
        } else if let Err(wrong) = (form.check)(key) {
            self.problem(form.code, format!("the key {} {wrong}", show(key)))
                .expected(form.expected)
                .fix(form.fix)
        } else {
            return;
        };
        self.report(problem, &entry.key.span);
    }

    fn count(&mut self, what: &str, found: usize, (min, max): (usize, usize), at: &Span) {
        let problem = if found < min {
            self.problem("empty", format!("{} is empty", self.label()))
                .expected(format!("at least {min} of its {what}"))
                .fix("add what is missing")
        } else if found > max {
            self.problem("too-many", format!("{} has too many {what}", self.label()))
                .expected(format!("at most {max}"))
                .found(found.to_string())
                .fix("remove some, or split the graph")
        } else {
            return;
        };
        self.report(problem, at);
    }

    fn duplicate_key(&mut self, entries: &[Entry], again: &Entry) {
        if self.problems.len() > MOST {
            return;
        }
        let key = again.key.text();
        let mut problem = self
            .problem("duplicate-key", format!("the key {} is there twice", show(key)))
            .expected("each key once")
            .fix("remove one of the two");
        if let Some(first) = entry(entries, key) {
            let place = self.lines.position(self.text, first.key.span.clone());
            problem = problem.found(format!("the same key in line {}", place.line));
        }
        self.report(problem, &again.key.span);
    }

    fn wrong_type(&mut self, wanted: &str, node: &Node, at: &Span, fix: &str) {
        let problem = self
            .problem("wrong-type", format!("{} must be {wanted}", self.label()))
            .expected(wanted)
            .found(describe(node))
            .fix(fix);
        self.report(problem, at);
    }

    /// How messages call the node at hand: its path from the nearest named record.
    fn label(&self) -> String {
        match self.owners.last() {
            Some(owner) if self.path.len() > owner.depth => {
                let inner = self.path.get(owner.depth..).unwrap_or_default();
                format!("{} of {}", show(inner.trim_start_matches('.')), owner.title)
            }
            Some(owner) => owner.title.clone(),
            None if self.path.is_empty() => "the manifest".to_owned(),
            None => show(&self.path),
        }
    }

    fn problem(&self, code: &'static str, message: String) -> Problem {
        Problem::new(code, self.path.clone(), message)
    }

    fn report(&mut self, mut problem: Problem, at: &Span) {
        if self.problems.len() == MOST {
            let message = "there are further problems, which are not listed";
            self.problems
                .push(Problem::new("more-problems", "", message).fix("correct these first"));
        } else if self.problems.len() < MOST {
            problem.position = Some(self.lines.position(self.text, at.clone()));
            self.problems.push(problem);
        }
    }
}

/// What a node is, for `found`.
fn describe(node: &Node) -> String {
    match &node.kind {
        Kind::Mapping(_) => "a mapping".to_owned(),
        Kind::Sequence(_) => "a list".to_owned(),
        Kind::Refused => "something else".to_owned(),
        Kind::Scalar(scalar) => match scalar.meaning() {
            Meaning::Null => "nothing".to_owned(),
            Meaning::Flag(_) => format!("the boolean {}", show(&scalar.text)),
            Meaning::Whole(_) | Meaning::Number(_) => format!("the number {}", show(&scalar.text)),
            Meaning::Text => format!("the text {}", show(&scalar.text)),
        },
    }
}
