//! The free-form overlay: anything JSON can say, within a size.

use serde_json::{Map, Number, Value};

use super::Walk;
use crate::tree::{Kind, Meaning, Node, Scalar, Span, push_key};

impl Walk<'_> {
    pub(super) fn free(&mut self, max_bytes: usize, node: &Node, at: &Span) -> Value {
        if !matches!(node.kind, Kind::Mapping(_)) {
            self.wrong_type("a mapping", node, at, "write `KEY: value` pairs");
            return Value::Object(Map::new());
        }
        let value = self.anything(node);
        let size = serde_json::to_vec(&value).map_or(0, |bytes| bytes.len());
        if size > max_bytes {
            let problem = self
                .problem("too-long", format!("{} is too large", self.label()))
                .expected(format!("at most {max_bytes} bytes as JSON"))
                .found(format!("{size} bytes"))
                .fix("remove what the graph does not need");
            self.report(problem, at);
        }
        value
    }

    /// Recursion ends: the tree's depth is bounded.
    fn anything(&mut self, node: &Node) -> Value {
        match &node.kind {
            Kind::Refused => Value::Null,
            Kind::Scalar(scalar) => scalar_value(scalar),
            Kind::Sequence(items) => {
                Value::Array(items.iter().map(|item| self.anything(item)).collect())
            }
            Kind::Mapping(entries) => {
                let mut values = Map::new();
                for entry in entries {
                    let length = self.path.len();
                    push_key(&mut self.path, entry.key.text());
                    let value = self.anything(&entry.value);
                    if values.insert(entry.key.text().to_owned(), value).is_some() {
                        self.duplicate_key(entries, entry);
                    }
                    self.path.truncate(length);
                }
                Value::Object(values)
            }
        }
    }
}

fn scalar_value(scalar: &Scalar) -> Value {
    match scalar.meaning() {
        Meaning::Null => Value::Null,
        Meaning::Flag(flag) => Value::Bool(flag),
        Meaning::Whole(number) => Value::from(number),
        Meaning::Number(number) => match Number::from_f64(number) {
            Some(number) => Value::Number(number),
            None => Value::from(scalar.text.clone()),
        },
        Meaning::Text => Value::from(scalar.text.clone()),
    }
}
