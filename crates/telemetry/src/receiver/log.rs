//! A log record in readable form. It does not know how it is printed.

use std::sync::Arc;

use opentelemetry_proto::tonic::logs::v1::LogRecord;
use serde::Serialize;
use serde_json::{Map, Value};

use super::value::{Origin, any, attributes, id, is_zero, time};

/// A log record.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Log {
    /// When it happened, as its maker said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_time: Option<String>,
    /// The maker's word, or that of the number.
    pub severity: String,
    pub severity_number: i32,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub event_name: String,
    pub body: Value,
    pub attributes: Map<String, Value>,
    #[serde(skip_serializing_if = "is_zero")]
    pub dropped_attributes: u32,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub trace_id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub span_id: String,
    #[serde(skip_serializing_if = "is_zero")]
    pub flags: u32,
    #[serde(flatten)]
    pub origin: Arc<Origin>,
}

impl Log {
    pub(super) fn new(record: LogRecord, origin: Arc<Origin>) -> Self {
        let severity = match record.severity_text.is_empty() {
            true => severity_word(record.severity_number),
            false => record.severity_text,
        };
        Self {
            time: time(record.time_unix_nano),
            observed_time: time(record.observed_time_unix_nano),
            severity,
            severity_number: record.severity_number,
            event_name: record.event_name,
            body: any(record.body),
            attributes: attributes(record.attributes),
            dropped_attributes: record.dropped_attributes_count,
            trace_id: id(&record.trace_id),
            span_id: id(&record.span_id),
            flags: record.flags,
            origin,
        }
    }
}

/// `INFO`, `INFO2` and so on, as OpenTelemetry names the numbers.
fn severity_word(number: i32) -> String {
    let word = match number {
        1..=4 => "TRACE",
        5..=8 => "DEBUG",
        9..=12 => "INFO",
        13..=16 => "WARN",
        17..=20 => "ERROR",
        21..=24 => "FATAL",
        _ => return "UNSPECIFIED".to_owned(),
    };
    match (number - 1) % 4 {
        0 => word.to_owned(),
        step => format!("{word}{}", step + 1),
    }
}
