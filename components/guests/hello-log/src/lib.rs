//! The example guest: each call of `log` emits one log record and returns. It knows `wasi:otel`
//! alone: neither who takes the record nor where it goes.

mod bindings;

use bindings::exports::modulewise::otel_example::test::Guest;
use bindings::wasi::otel0_2_0_rc_2_patch::logs::{LogRecord, on_emit};
use bindings::wasi::otel0_2_0_rc_2_patch::types::{InstrumentationScope, KeyValue};

/// Number of INFO in the severity scale of OpenTelemetry.
const INFO: u8 = 9;

struct HelloLog;

impl Guest for HelloLog {
    fn log(message: String) -> Result<(), String> {
        on_emit(&record(&message));
        Ok(())
    }
}

fn record(message: &str) -> LogRecord {
    LogRecord {
        timestamp: None,
        observed_timestamp: None,
        severity_text: Some("INFO".to_owned()),
        severity_number: Some(INFO),
        body: Some(json_text(message)),
        attributes: Some(vec![KeyValue { key: "component".to_owned(), value: json_text("guest") }]),
        event_name: None,
        resource: None,
        instrumentation_scope: Some(InstrumentationScope {
            name: "test-logger".to_owned(),
            version: Some("0.1.0".to_owned()),
            schema_url: None,
            attributes: Vec::new(),
        }),
        trace_id: None,
        span_id: None,
        trace_flags: None,
    }
}

/// Values of `wasi:otel` are JSON text, so a string needs its quotes and escapes.
fn json_text(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    for character in text.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            control if control < ' ' => {
                json.push_str(&format!("\\u{:04x}", u32::from(control)));
            }
            other => json.push(other),
        }
    }
    json.push('"');
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_json_text() {
        assert_eq!(json_text("hi"), r#""hi""#);
        assert_eq!(json_text("a\"b\\c"), r#""a\"b\\c""#);
        assert_eq!(json_text("line\nnext\u{1}"), r#""line\u000anext\u0001""#);
        assert_eq!(json_text("grüße 🚀"), "\"grüße 🚀\"");
    }

    #[test]
    fn a_record_is_info_and_carries_the_message() {
        let record = record("ping");
        assert_eq!(record.severity_number, Some(9));
        assert_eq!(record.body.as_deref(), Some("\"ping\""));
        let attributes = record.attributes.unwrap();
        assert_eq!(attributes[0].key, "component");
        assert_eq!(attributes[0].value, "\"guest\"");
    }
}
