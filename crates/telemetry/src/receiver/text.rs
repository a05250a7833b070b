//! One line of text per record, for people. Whatever a record holds, it stays one line.

use std::fmt::Write;

use serde_json::{Map, Value};

use super::{DataPoint, Log, Origin, Received, Span};

pub(super) fn line(record: &Received) -> String {
    match record {
        Received::Log(log) => log_line(log),
        Received::Span(span) => span_line(span),
        Received::DataPoint(point) => data_point_line(point),
    }
}

fn log_line(log: &Log) -> String {
    let time = log.time.as_deref().or(log.observed_time.as_deref());
    let mut line = format!("log {} {} {}", millis(time), word(&log.severity), json(&log.body));
    pair(&mut line, "event", &log.event_name);
    pairs(&mut line, &log.attributes);
    pair(&mut line, "trace_id", &log.trace_id);
    pair(&mut line, "span_id", &log.span_id);
    origin(&mut line, &log.origin);
    line
}

fn span_line(span: &Span) -> String {
    let start = millis(span.start.as_deref());
    let name = json(&Value::from(span.name.as_str()));
    let duration = std::time::Duration::from_nanos(span.duration_ns);
    let mut line = format!("span {start} {} {name} {duration:?}", span.kind);
    if span.status != "unset" {
        pair(&mut line, "status", span.status);
    }
    pair(&mut line, "status_message", &span.status_message);
    pairs(&mut line, &span.attributes);
    for (name, count) in [("events", span.events.len()), ("links", span.links.len())] {
        if count > 0 {
            pair(&mut line, name, &count.to_string());
        }
    }
    pair(&mut line, "trace_id", &span.trace_id);
    pair(&mut line, "span_id", &span.span_id);
    pair(&mut line, "parent_span_id", &span.parent_span_id);
    origin(&mut line, &span.origin);
    line
}

fn data_point_line(point: &DataPoint) -> String {
    let time = millis(point.time.as_deref());
    let value = json(&point.value);
    let mut line = format!("data_point {time} {} {} {value}", point.kind, word(&point.name));
    pair(&mut line, "unit", &point.unit);
    pair(&mut line, "temporality", point.temporality.unwrap_or_default());
    pairs(&mut line, &point.attributes);
    origin(&mut line, &point.origin);
    line
}

fn origin(line: &mut String, origin: &Origin) {
    pairs(line, &origin.resource);
    if origin.scope.name.is_empty() {
        return;
    }
    let version = match origin.scope.version.as_str() {
        "" => String::new(),
        version => format!("/{version}"),
    };
    pair(line, "scope", &format!("{}{version}", origin.scope.name));
}

fn pairs(line: &mut String, attributes: &Map<String, Value>) {
    for (key, value) in attributes {
        let value = match value {
            Value::String(text) => word(text),
            other => json(other),
        };
        // Writing to a string cannot fail.
        let _ = write!(line, " {}={value}", word(key));
    }
}

fn pair(line: &mut String, key: &str, value: &str) {
    if !value.is_empty() {
        let _ = write!(line, " {key}={}", word(value));
    }
}

/// The time to the millisecond, which is what people compare.
fn millis(time: Option<&str>) -> String {
    const WITH_MILLIS: usize = "2026-11-23T10:00:00.123".len();
    match time.and_then(|time| time.get(..WITH_MILLIS)) {
        Some(time) => format!("{time}Z"),
        None => "-".to_owned(),
    }
}

/// The text as it is where it reads as one word, quoted where it does not.
fn word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "._-/:@+#%&*,;<>?!$~^|()[]".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => text.to_owned(),
        false => json(&Value::from(text)),
    }
}

fn json(value: &Value) -> String {
    escaped(&value.to_string())
}

/// JSON in which every control character is escaped, those that JSON allows included: a record
/// must not steer the terminal it is printed on.
pub(super) fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_control() || ('\u{2028}'..='\u{202e}').contains(&c) {
            let _ = write!(text, "\\u{:04x}", u32::from(c));
        } else {
            text.push(c);
        }
    }
    text
}
