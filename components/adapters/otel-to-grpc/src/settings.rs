//! The configuration of this component, checked: all problems at once. Knows nothing of where the
//! keys and values come from.

use std::collections::BTreeMap;

/// What is held back at most before it is sent early.
const BUFFER_BYTES: usize = 1 << 20;

/// The node sets keys with this prefix to what it knows of itself.
const RESOURCE: &str = "otel.resource.";

/// When records are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flush {
    /// At the end of the invocation.
    Call,
    /// Each record by itself.
    Record,
}

/// How to send, and on whose behalf.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) flush: Flush,
    pub(crate) buffer_bytes: usize,
    pub(crate) resource: BTreeMap<String, String>,
}

impl Settings {
    pub(crate) fn read(pairs: Vec<(String, String)>) -> Result<Self, String> {
        let mut problems = Vec::new();
        let mut settings =
            Self { flush: Flush::Call, buffer_bytes: BUFFER_BYTES, resource: BTreeMap::new() };
        for (key, value) in pairs {
            match key.as_str() {
                "flush" => match value.as_str() {
                    "call" => settings.flush = Flush::Call,
                    "record" => settings.flush = Flush::Record,
                    _ => problems.push(wrong(&key, "call or record", &value)),
                },
                "buffer-bytes" => match quantity(&value) {
                    Some(bytes) => settings.buffer_bytes = bytes,
                    None => problems.push(wrong(&key, "a quantity such as 1Mi", &value)),
                },
                _ => {
                    if let Some(attribute) = key.strip_prefix(RESOURCE) {
                        settings.resource.insert(attribute.to_owned(), value);
                    }
                }
            }
        }
        if problems.is_empty() { Ok(settings) } else { Err(problems.join("; ")) }
    }
}

fn wrong(key: &str, expected: &str, found: &str) -> String {
    format!("config key {key}: expected {expected}, found \"{found}\"")
}

/// A number of bytes above zero, with or without Ki, Mi or Gi.
fn quantity(text: &str) -> Option<usize> {
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at_checked(end)?;
    let factor: usize = match unit {
        "" => 1,
        "Ki" => 1 << 10,
        "Mi" => 1 << 20,
        "Gi" => 1 << 30,
        _ => return None,
    };
    digits.parse::<usize>().ok()?.checked_mul(factor).filter(|bytes| *bytes > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Settings, String> {
        Settings::read(pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect())
    }

    #[test]
    fn defaults() {
        let settings = read(&[("something.else", "x")]).unwrap();
        assert_eq!(
            settings,
            Settings { flush: Flush::Call, buffer_bytes: 1 << 20, resource: BTreeMap::new() }
        );
    }

    #[test]
    fn all_keys() {
        let settings = read(&[
            ("flush", "record"),
            ("buffer-bytes", "64Ki"),
            ("otel.resource.service.name", "shop"),
            ("otel.exporter.otlp.endpoint", "http://localhost:4317"),
        ])
        .unwrap();
        assert_eq!(settings.flush, Flush::Record);
        assert_eq!(settings.buffer_bytes, 65_536);
        assert_eq!(settings.resource, BTreeMap::from([("service.name".into(), "shop".into())]));
    }

    #[test]
    fn all_problems_come_at_once() {
        assert_eq!(
            read(&[("flush", "never"), ("buffer-bytes", "0")]).unwrap_err(),
            "config key flush: expected call or record, found \"never\"; \
             config key buffer-bytes: expected a quantity such as 1Mi, found \"0\""
        );
    }
}
