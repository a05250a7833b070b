//! Greets by name and emits one log record for each greeting. It knows `wasi:otel` alone: not who
//! takes the record, nor where it goes.

wit_bindgen::generate!({
    // The repository declares `wasi:otel`; our own world comes after what it needs.
    path: ["../../wit", "wit"],
    world: "example:greeter/greeter",
    generate_all,
});

use exports::example::greeter::greet::Guest;
use wasi::otel0_2_0_rc_2_patch::logs::{LogRecord, on_emit};
use wasi::otel0_2_0_rc_2_patch::types::{InstrumentationScope, KeyValue};

/// Number of INFO in the severity scale of OpenTelemetry.
const INFO: u8 = 9;

struct Greeter;

impl Guest for Greeter {
    fn greet(name: String) -> Result<String, String> {
        if name.trim().is_empty() {
            return Err("the name is empty".to_owned());
        }
        on_emit(&record(&name));
        Ok(format!("Hello, {name}!"))
    }
}

export!(Greeter);

/// Times, identity and trace are left out: the adapter adds what it knows.
fn record(name: &str) -> LogRecord {
    LogRecord {
        timestamp: None,
        observed_timestamp: None,
        severity_text: Some("INFO".to_owned()),
        severity_number: Some(INFO),
        body: Some(json_text("greeted")),
        attributes: Some(vec![KeyValue { key: "greeter.name".to_owned(), value: json_text(name) }]),
        event_name: None,
        resource: None,
        instrumentation_scope: Some(InstrumentationScope {
            name: "greeter".to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
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
    let mut json = String::from("\"");
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
