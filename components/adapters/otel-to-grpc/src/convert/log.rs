//! One log record. Knows nothing of spans.

use super::context::{flags, id};
use super::{Flaws, attributes, nanoseconds, value};
use crate::bindings::logs;
use crate::otlp;

/// Converts what is left of a record once resource and scope are taken. `now` stands in for a
/// missing time of observation.
pub(crate) fn log(record: logs::LogRecord, now: u64, flaws: &mut Flaws) -> otlp::LogRecord {
    let time = |time: logs::Datetime| nanoseconds(time.seconds, time.nanoseconds);
    let attributes = attributes::convert(record.attributes.unwrap_or_default(), flaws);
    otlp::LogRecord {
        time_unix_nano: record.timestamp.map_or(0, time),
        observed_time_unix_nano: record.observed_timestamp.map_or(now, time),
        severity_number: severity(record.severity_number),
        severity_text: record.severity_text.unwrap_or_default(),
        body: record.body.map(|body| value::convert(body, flaws)),
        attributes: attributes.kept,
        dropped_attributes_count: attributes.dropped,
        flags: record.trace_flags.map_or(0, flags),
        trace_id: record.trace_id.map(|text| id::<16>(&text, flaws)).unwrap_or_default(),
        span_id: record.span_id.map(|text| id::<8>(&text, flaws)).unwrap_or_default(),
        event_name: record.event_name.unwrap_or_default(),
    }
}

/// Numbers outside the scale mean that nothing is known.
fn severity(number: Option<u8>) -> i32 {
    number.filter(|number| (1..=24).contains(number)).map_or(0, i32::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bindings::tracing::TraceFlags;
    use crate::bindings::types::KeyValue;
    use crate::compact::compact;
    use expect_test::{Expect, expect};

    fn empty() -> logs::LogRecord {
        logs::LogRecord {
            timestamp: None,
            observed_timestamp: None,
            severity_text: None,
            severity_number: None,
            body: None,
            attributes: None,
            event_name: None,
            resource: None,
            instrumentation_scope: None,
            trace_id: None,
            span_id: None,
            trace_flags: None,
        }
    }

    fn check(record: logs::LogRecord, expected: Expect) {
        let mut flaws = Flaws::default();
        let converted = log(record, 77, &mut flaws);
        expected.assert_eq(&format!("{}{:?}\n", compact(&converted, 1), flaws.text()));
    }

    #[test]
    fn an_empty_record_has_the_time_of_receipt() {
        check(
            empty(),
            expect![[r#"
            LogRecord {
                time_unix_nano: 0,
                severity_number: 0,
                severity_text: "",
                body: None,
                attributes: [],
                dropped_attributes_count: 0,
                flags: 0,
                trace_id: [],
                span_id: [],
                observed_time_unix_nano: 77,
                event_name: "",
            }
            None
        "#]],
        );
    }

    #[test]
    fn every_field_arrives() {
        let time = |seconds| logs::Datetime { seconds, nanoseconds: 5 };
        let record = logs::LogRecord {
            timestamp: Some(time(1)),
            observed_timestamp: Some(time(2)),
            severity_text: Some("warn".into()),
            severity_number: Some(13),
            body: Some("{\"n\": [1, 2.5, null]}".into()),
            attributes: Some(vec![KeyValue { key: "ok".into(), value: "true".into() }]),
            event_name: Some("started".into()),
            trace_id: Some("4bf92f3577b34da6a3ce929d0e0e4736".into()),
            span_id: Some("F067AA0BA902B7".into()),
            trace_flags: Some(TraceFlags::SAMPLED),
            ..empty()
        };
        check(
            record,
            expect![[r#"
            LogRecord {
                time_unix_nano: 1000000005,
                severity_number: 13,
                severity_text: "warn",
                body: Some(AnyValue {value: Some(KeyValueList(KeyValueList {values: [KeyValue {key: "n", value: Some(AnyValue {value: Some(Array(ArrayValue {values: [AnyValue {value: Some(Int(1))}, AnyValue {value: Some(Double(2.5))}, AnyValue {value: None}]}))})}]}))}),
                attributes: [KeyValue {key: "ok", value: Some(AnyValue {value: Some(Bool(true))})}],
                dropped_attributes_count: 0,
                flags: 1,
                trace_id: [75, 249, 47, 53, 119, 179, 77, 166, 163, 206, 146, 157, 14, 14, 71, 54],
                span_id: [0, 240, 103, 170, 11, 169, 2, 183],
                observed_time_unix_nano: 2000000005,
                event_name: "started",
            }
            None
        "#]],
        );
    }

    #[test]
    fn nothing_a_guest_says_is_an_error() {
        let record = logs::LogRecord {
            timestamp: Some(logs::Datetime { seconds: u64::MAX, nanoseconds: u32::MAX }),
            severity_number: Some(25),
            body: Some("not json".into()),
            attributes: Some(vec![
                KeyValue { key: "a".into(), value: "1".into() },
                KeyValue { key: "a".into(), value: "NaN".into() },
            ]),
            trace_id: Some("nonsense".into()),
            span_id: Some("0000".into()),
            ..empty()
        };
        check(
            record,
            expect![[r#"
            LogRecord {
                time_unix_nano: 18446744073709551615,
                severity_number: 0,
                severity_text: "",
                body: Some(AnyValue {value: Some(String("not json"))}),
                attributes: [KeyValue {key: "a", value: Some(AnyValue {value: Some(String("NaN"))})}],
                dropped_attributes_count: 1,
                flags: 0,
                trace_id: [],
                span_id: [],
                observed_time_unix_nano: 77,
                event_name: "",
            }
            Some("flawed contents: invalid_id=1 invalid_json=2 duplicate_key=1")
        "#]],
        );
    }

    #[test]
    fn severities_outside_the_scale_are_unspecified() {
        let numbers = [None, Some(0), Some(1), Some(24), Some(25), Some(255)];
        assert_eq!(numbers.map(severity), [0, 0, 1, 24, 0, 0]);
    }
}
