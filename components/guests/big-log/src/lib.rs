//! Fixture: emits one log record with a body of any size. It knows `wasi:otel` alone.

mod bindings;

use bindings::exports::fixture::big_log::big_log::Guest;
use bindings::logs::{LogRecord, on_emit};

struct BigLog;

impl Guest for BigLog {
    fn emit(size: u32) {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        on_emit(&LogRecord {
            timestamp: None,
            observed_timestamp: None,
            severity_text: None,
            severity_number: Some(9),
            body: Some(json_text_of(size)),
            attributes: None,
            event_name: None,
            resource: None,
            instrumentation_scope: None,
            trace_id: None,
            span_id: None,
            trace_flags: None,
        });
    }
}

/// The JSON text of a string of this length.
fn json_text_of(size: usize) -> String {
    let mut text = String::with_capacity(size.saturating_add(2));
    text.push('"');
    text.extend(std::iter::repeat_n('x', size));
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_come_on_top_of_the_size() {
        assert_eq!(json_text_of(3), "\"xxx\"");
        assert_eq!(json_text_of(1 << 20).len(), (1 << 20) + 2);
    }
}
