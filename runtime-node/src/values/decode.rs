//! JSON → value, by shape, with every mistake at once. It does not know names of functions.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use wasmtime::component::Val;

use super::error::{describe, range};
use super::{Shape, ValueError};

/// A long list of wrong items must not become as many messages.
const MOST_ERRORS: usize = 32;

/// Reads `value` as `shape`; `name` is what the messages call it.
pub fn from_json(value: &Value, shape: &Shape, name: &str) -> Result<Val, Vec<ValueError>> {
    let mut decoder = Decoder { name, steps: Vec::new(), errors: Vec::new() };
    match decoder.decode(value, shape) {
        Some(val) if decoder.errors.is_empty() => Ok(val),
        _ => Err(decoder.errors),
    }
}

pub(super) enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

/// Where a method returns `None` it has noted at least one error.
pub(super) struct Decoder<'a> {
    name: &'a str,
    /// Rendered only when there is something to say.
    steps: Vec<Step<'a>>,
    errors: Vec<ValueError>,
}

impl<'a> Decoder<'a> {
    pub(super) fn decode(&mut self, value: &'a Value, shape: &'a Shape) -> Option<Val> {
        match shape {
            Shape::S8 => self.integer(value, shape, Val::S8),
            Shape::U8 => self.integer(value, shape, Val::U8),
            Shape::S16 => self.integer(value, shape, Val::S16),
            Shape::U16 => self.integer(value, shape, Val::U16),
            Shape::S32 => self.integer(value, shape, Val::S32),
            Shape::U32 => self.integer(value, shape, Val::U32),
            Shape::S64 => self.integer(value, shape, Val::S64),
            Shape::U64 => self.integer(value, shape, Val::U64),
            Shape::Bytes => self.bytes(value, shape),
            Shape::List(inner) => self.items(value, shape, |_| Some(inner)).map(Val::List),
            Shape::FixedList(inner, length) => {
                let length = usize::try_from(*length).unwrap_or(usize::MAX);
                let items = self.items(value, shape, |index| (index < length).then_some(inner));
                self.all(items?, length, value, shape).map(Val::FixedLengthList)
            }
            Shape::Tuple(shapes) => {
                let items = self.items(value, shape, |index| shapes.get(index));
                self.all(items?, shapes.len(), value, shape).map(Val::Tuple)
            }
            Shape::Option(inner) => self.option(value, inner),
            Shape::Record(fields) => self.record(value, shape, fields),
            Shape::Variant(cases) => self.variant(value, shape, cases),
            Shape::Result { ok, error } => {
                self.result(value, shape, ok.as_deref(), error.as_deref())
            }
            Shape::Flags(names) => self.flags(value, shape, names),
            _ => self.simple(value, shape),
        }
    }

    fn simple(&mut self, value: &'a Value, shape: &'a Shape) -> Option<Val> {
        let val = match shape {
            Shape::Bool => value.as_bool().map(Val::Bool),
            Shape::F32 => float(value).and_then(narrow).map(Val::Float32),
            Shape::F64 => float(value).map(Val::Float64),
            Shape::Char => value.as_str().and_then(one_scalar).map(Val::Char),
            Shape::String => value.as_str().map(|text| Val::String(text.into())),
            Shape::Enum(names) => value
                .as_str()
                .filter(|text| contains(names, text))
                .map(|text| Val::Enum(text.into())),
            _ => None,
        };
        self.or_wrong(val, value, shape)
    }

    fn integer<T: TryFrom<i128>>(
        &mut self,
        value: &'a Value,
        shape: &'a Shape,
        wrap: fn(T) -> Val,
    ) -> Option<Val> {
        let wide = value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from));
        let val = wide.and_then(|wide| T::try_from(wide).ok()).map(wrap);
        self.or_wrong(val, value, shape)
    }

    fn bytes(&mut self, value: &'a Value, shape: &'a Shape) -> Option<Val> {
        let bytes = value.as_str().and_then(|text| STANDARD.decode(text).ok());
        let val = bytes.map(|bytes| Val::List(bytes.into_iter().map(Val::U8).collect()));
        self.or_wrong(val, value, shape)
    }

    pub(super) fn or_wrong<T>(
        &mut self,
        val: Option<T>,
        value: &Value,
        shape: &Shape,
    ) -> Option<T> {
        if val.is_none() {
            self.wrong(shape.to_string(), describe(value), advice(shape));
        }
        val
    }

    pub(super) fn wrong(&mut self, expected: String, found: String, fix: Option<String>) {
        if self.errors.len() < MOST_ERRORS {
            self.errors.push(ValueError::new(self.path(), expected, found).fix(fix));
        }
    }

    /// Runs `inside` one step further into the value.
    pub(super) fn at<T>(&mut self, step: Step<'a>, inside: impl FnOnce(&mut Self) -> T) -> T {
        self.steps.push(step);
        let result = inside(self);
        self.steps.pop();
        result
    }

    fn path(&self) -> String {
        let mut path = self.name.to_string();
        for step in &self.steps {
            match step {
                Step::Key(key) => {
                    path.push('.');
                    path.push_str(key);
                }
                Step::Index(index) => path.push_str(&format!("[{index}]")),
            }
        }
        path
    }
}

/// What would do, where the type alone does not say it.
pub(super) fn advice(shape: &Shape) -> Option<String> {
    match shape {
        Shape::Bytes => Some("give the bytes as base64 text".into()),
        Shape::Char => Some("give text of exactly one Unicode scalar value".into()),
        Shape::F32 | Shape::F64 => {
            Some("give a number in range, or \"NaN\", \"Infinity\" or \"-Infinity\"".into())
        }
        Shape::Variant(_) => Some("give an object with \"type\" and, if any, \"value\"".into()),
        Shape::Result { .. } => Some("give an object with either \"ok\" or \"error\"".into()),
        Shape::Flags(_) => Some("give an array of the names that are set, each once".into()),
        Shape::Foreign(_) => Some("a value of this type cannot be given from outside".into()),
        other => range(other),
    }
}

fn float(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => float_word(text),
        other => other.as_f64(),
    }
}

/// The values that JSON numbers cannot say.
pub(super) fn float_word(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

/// A number too large for `f32` is refused; one between two `f32` becomes the nearer.
fn narrow(wide: f64) -> Option<f32> {
    let narrow = wide as f32;
    (narrow.is_infinite() == wide.is_infinite()).then_some(narrow)
}

pub(super) fn one_scalar(text: &str) -> Option<char> {
    let mut scalars = text.chars();
    scalars.next().filter(|_| scalars.next().is_none())
}

pub(super) fn contains(names: &[String], text: &str) -> bool {
    names.iter().any(|name| name == text)
}
