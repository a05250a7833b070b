//! Text, words, numbers and flags.

use serde_json::Value;

use super::{Walk, describe};
use crate::nearest::nearest;
use crate::problem::show;
use crate::shape::{Form, Words};
use crate::tree::{Meaning, Node, Scalar, Span};

impl Walk<'_> {
    pub(super) fn text(&mut self, form: &Form, node: &Node, at: &Span) -> Value {
        let Some(text) = self.text_of(form, node, at) else { return Value::from("") };
        if text.len() > form.max {
            let problem = self
                .problem("too-long", format!("{} is too long", self.label()))
                .expected(format!("at most {} bytes", form.max))
                .found(format!("{} bytes: {}", text.len(), show(text)))
                .fix("shorten it");
            self.report(problem, at);
        } else if let Err(wrong) = (form.check)(text) {
            let problem = self
                .problem(form.code, format!("{} {wrong}", self.label()))
                .expected(form.expected)
                .found(show(text))
                .fix(form.fix);
            self.report(problem, at);
        }
        Value::from(text)
    }

    pub(super) fn word(&mut self, words: &Words, node: &Node, at: &Span) -> Value {
        let stand_in = Value::from(words.words.first().copied().unwrap_or_default());
        let Some(text) = node.scalar().filter(|s| s.meaning() == Meaning::Text) else {
            let known = words.words.join("`, `");
            self.wrong_type("text", node, at, &format!("write one of `{known}`"));
            return stand_in;
        };
        let text = text.text.as_str();
        if words.words.contains(&text) {
            return Value::from(text);
        }
        let known: Vec<String> = words.words.iter().map(|word| format!("`{word}`")).collect();
        let fix = match nearest(text, words.words.iter().copied()) {
            Some(word) => format!("write `{word}`"),
            None => "write one of these words".to_owned(),
        };
        let problem = self
            .problem(words.code, format!("{} is an unknown word", self.label()))
            .expected(format!("one of {}", known.join(", ")))
            .found(show(text))
            .fix(fix);
        self.report(problem, at);
        stand_in
    }

    /// The text of a scalar that is text; everything else is reported.
    fn text_of<'n>(&mut self, form: &Form, node: &'n Node, at: &Span) -> Option<&'n str> {
        match node.scalar() {
            Some(scalar) if scalar.meaning() == Meaning::Text => return Some(&scalar.text),
            // Quotes help only where the text then has the form.
            Some(scalar) if !node.is_null() && (form.check)(&scalar.text).is_ok() => {
                let fix = format!("put quotes around it: \"{}\"", scalar.text);
                self.wrong_type("text", node, at, &fix);
            }
            _ => self.wrong_type("text", node, at, form.fix),
        }
        None
    }

    pub(super) fn whole(&mut self, min: i64, max: i64, node: &Node, at: &Span) -> Value {
        match node.scalar().map(Scalar::meaning) {
            Some(Meaning::Whole(number)) if (min..=max).contains(&number) => {
                return Value::from(number);
            }
            Some(Meaning::Whole(_)) => {
                let problem = self
                    .problem("out-of-range", format!("{} is out of range", self.label()))
                    .expected(format!("a whole number from {min} to {max}"))
                    .found(describe(node))
                    .fix("write a number in this range");
                self.report(problem, at);
            }
            Some(Meaning::Text) => {
                self.wrong_type("a whole number", node, at, "write a number, without quotes");
            }
            _ => self.wrong_type("a whole number", node, at, "write a whole number"),
        }
        Value::from(min)
    }

    pub(super) fn flag(&mut self, node: &Node, at: &Span) -> Value {
        match node.scalar().map(Scalar::meaning) {
            Some(Meaning::Flag(flag)) => return Value::Bool(flag),
            _ => self.wrong_type("`true` or `false`", node, at, "write `true` or `false`"),
        }
        Value::Bool(false)
    }
}
