//! What can be wrong with a value, and how what was found is described. It knows no types.

use serde::Serialize;
use serde_json::Value;

use super::Shape;

/// One thing wrong with the arguments of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{}expected {expected}, found {found}{}", place(.path), advice(.fix.as_deref()))]
pub struct ValueError {
    /// The argument and the way into it, such as `user.tags[2]`; empty for the arguments as a whole.
    pub path: String,
    /// WIT text, or words where no type is at stake.
    pub expected: String,
    pub found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}

impl ValueError {
    pub(super) fn new(
        path: impl Into<String>,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self { path: path.into(), expected: expected.into(), found: found.into(), fix: None }
    }

    #[must_use]
    pub(super) fn fix(mut self, text: Option<String>) -> Self {
        self.fix = text;
        self
    }
}

/// A value that is not of the shape its function declared. Only a host error can cause it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the function returned a value that is not of its type, {expected}")]
pub struct Mismatch {
    pub expected: String,
}

fn place(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!("`{path}`: ") }
}

fn advice(fix: Option<&str>) -> String {
    fix.map(|fix| format!("; {fix}")).unwrap_or_default()
}

/// Short enough for a message, exact where it is short.
pub(super) fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => quoted(text),
        Value::Array(items) => format!("an array of {}", items.len()),
        Value::Object(entries) if entries.is_empty() => "an empty object".into(),
        Value::Object(entries) => {
            let keys: Vec<String> = entries.keys().take(4).map(|key| quoted(key)).collect();
            let more = if entries.len() > keys.len() { ", …" } else { "" };
            format!("an object with {}{more}", keys.join(", "))
        }
    }
}

pub(super) fn quoted(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut shown: String = text.chars().take(LONGEST).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("{shown:?}")
}

/// What to do about an integer: the numbers that would do.
pub(super) fn range(shape: &Shape) -> Option<String> {
    let (low, high) = match shape {
        Shape::S8 => (i128::from(i8::MIN), i128::from(i8::MAX)),
        Shape::U8 => (0, i128::from(u8::MAX)),
        Shape::S16 => (i128::from(i16::MIN), i128::from(i16::MAX)),
        Shape::U16 => (0, i128::from(u16::MAX)),
        Shape::S32 => (i128::from(i32::MIN), i128::from(i32::MAX)),
        Shape::U32 => (0, i128::from(u32::MAX)),
        Shape::S64 => (i128::from(i64::MIN), i128::from(i64::MAX)),
        Shape::U64 => (0, i128::from(u64::MAX)),
        _ => return None,
    };
    Some(format!("give an integer from {low} to {high}"))
}

/// Advice for a name that does not exist: the nearest one, or all of them.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let known: Vec<&str> = known.collect();
    let best = known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .min_by_key(|(distance, _)| *distance);
    match best {
        Some((distance, candidate)) if distance <= 2 && distance < candidate.len() => {
            Some(format!("did you mean `{candidate}`?"))
        }
        Some(_) => Some(format!("the names are {}", known.join(", "))),
        None => None,
    }
}
