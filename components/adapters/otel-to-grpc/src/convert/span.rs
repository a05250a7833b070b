//! One span. Knows nothing of logs.

use super::context::{flags_with_remoteness, id, state};
use super::{Flaws, attributes, nanoseconds};
use crate::bindings::tracing;
use crate::otlp;

/// Converts what is left of a span once its scope is taken.
pub(crate) fn span(span: tracing::SpanData, flaws: &mut Flaws) -> otlp::Span {
    let context = span.span_context;
    let attributes = attributes::convert(span.attributes, flaws);
    otlp::Span {
        trace_id: id::<16>(&context.trace_id, flaws),
        span_id: id::<8>(&context.span_id, flaws),
        trace_state: state(&context.trace_state),
        parent_span_id: id::<8>(&span.parent_span_id, flaws),
        name: span.name,
        kind: kind(span.span_kind),
        start_time_unix_nano: time(span.start_time),
        end_time_unix_nano: time(span.end_time),
        attributes: attributes.kept,
        dropped_attributes_count: span.dropped_attributes.saturating_add(attributes.dropped),
        events: span.events.into_iter().map(|it| event(it, flaws)).collect(),
        dropped_events_count: span.dropped_events,
        links: span.links.into_iter().map(|it| link(it, flaws)).collect(),
        dropped_links_count: span.dropped_links,
        status: Some(status(span.status)),
        flags: flags_with_remoteness(context.trace_flags, context.is_remote),
    }
}

/// OTLP has another order, and 0 for a kind that nobody named.
fn kind(kind: tracing::SpanKind) -> i32 {
    match kind {
        tracing::SpanKind::Internal => 1,
        tracing::SpanKind::Server => 2,
        tracing::SpanKind::Client => 3,
        tracing::SpanKind::Producer => 4,
        tracing::SpanKind::Consumer => 5,
    }
}

fn event(event: tracing::Event, flaws: &mut Flaws) -> otlp::Event {
    let attributes = attributes::convert(event.attributes, flaws);
    otlp::Event {
        time_unix_nano: time(event.time),
        name: event.name,
        attributes: attributes.kept,
        dropped_attributes_count: attributes.dropped,
    }
}

fn link(link: tracing::Link, flaws: &mut Flaws) -> otlp::Link {
    let context = link.span_context;
    let attributes = attributes::convert(link.attributes, flaws);
    otlp::Link {
        trace_id: id::<16>(&context.trace_id, flaws),
        span_id: id::<8>(&context.span_id, flaws),
        trace_state: state(&context.trace_state),
        attributes: attributes.kept,
        dropped_attributes_count: attributes.dropped,
        flags: flags_with_remoteness(context.trace_flags, context.is_remote),
    }
}

/// Only an error has a message.
fn status(status: tracing::Status) -> otlp::Status {
    let (code, message) = match status {
        tracing::Status::Unset => (0, String::new()),
        tracing::Status::Ok => (1, String::new()),
        tracing::Status::Error(message) => (2, message),
    };
    otlp::Status { message, code }
}

fn time(time: tracing::Datetime) -> u64 {
    nanoseconds(time.seconds, time.nanoseconds)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::bindings::tracing::{SpanContext, SpanKind, Status, TraceFlags};
    use crate::bindings::types::{InstrumentationScope, KeyValue};
    use crate::compact::compact;
    use expect_test::{Expect, expect};

    fn context(span_id: &str, is_remote: bool) -> SpanContext {
        SpanContext {
            trace_id: "bf92f3577b34da6a3ce929d0e0e4736".into(),
            span_id: span_id.into(),
            trace_flags: TraceFlags::SAMPLED,
            is_remote,
            trace_state: vec![("vendor".into(), "1".into())],
        }
    }

    pub(crate) fn plain() -> tracing::SpanData {
        tracing::SpanData {
            span_context: context("1", false),
            parent_span_id: String::new(),
            span_kind: SpanKind::Internal,
            name: "work".into(),
            start_time: tracing::Datetime { seconds: 1, nanoseconds: 0 },
            end_time: tracing::Datetime { seconds: 2, nanoseconds: 9 },
            attributes: Vec::new(),
            events: Vec::new(),
            links: Vec::new(),
            status: Status::Unset,
            instrumentation_scope: InstrumentationScope {
                name: "lib".into(),
                version: None,
                schema_url: None,
                attributes: Vec::new(),
            },
            dropped_attributes: 0,
            dropped_events: 0,
            dropped_links: 0,
        }
    }

    fn check(data: tracing::SpanData, expected: Expect) {
        let mut flaws = Flaws::default();
        let converted = span(data, &mut flaws);
        expected.assert_eq(&format!("{}{:?}\n", compact(&converted, 1), flaws.text()));
    }

    #[test]
    fn every_field_arrives() {
        let pair = |key: &str, value: &str| KeyValue { key: key.into(), value: value.into() };
        let data = tracing::SpanData {
            parent_span_id: "00f067aa0ba902b7".into(),
            span_kind: SpanKind::Server,
            attributes: vec![pair("a", "1"), pair("a", "2")],
            events: vec![tracing::Event {
                name: "retry".into(),
                time: tracing::Datetime { seconds: 1, nanoseconds: 5 },
                attributes: vec![pair("n", "1.5")],
            }],
            links: vec![tracing::Link {
                span_context: context("2", true),
                attributes: vec![pair("why", "\"cause\"")],
            }],
            status: Status::Error("broken".into()),
            dropped_attributes: 3,
            dropped_events: 4,
            dropped_links: 5,
            ..plain()
        };
        check(
            data,
            expect![[r#"
            Span {
                trace_id: [11, 249, 47, 53, 119, 179, 77, 166, 163, 206, 146, 157, 14, 14, 71, 54],
                span_id: [0, 0, 0, 0, 0, 0, 0, 1],
                trace_state: "vendor=1",
                parent_span_id: [0, 240, 103, 170, 11, 169, 2, 183],
                name: "work",
                kind: 2,
                start_time_unix_nano: 1000000000,
                end_time_unix_nano: 2000000009,
                attributes: [KeyValue {key: "a", value: Some(AnyValue {value: Some(Int(2))})}],
                dropped_attributes_count: 4,
                events: [Event {time_unix_nano: 1000000005, name: "retry", attributes: [KeyValue {key: "n", value: Some(AnyValue {value: Some(Double(1.5))})}], dropped_attributes_count: 0}],
                dropped_events_count: 4,
                links: [Link {trace_id: [11, 249, 47, 53, 119, 179, 77, 166, 163, 206, 146, 157, 14, 14, 71, 54], span_id: [0, 0, 0, 0, 0, 0, 0, 2], trace_state: "vendor=1", attributes: [KeyValue {key: "why", value: Some(AnyValue {value: Some(String("cause"))})}], dropped_attributes_count: 0, flags: 769}],
                dropped_links_count: 5,
                status: Some(Status {message: "broken", code: 2}),
                flags: 257,
            }
            Some("flawed contents: duplicate_key=1")
        "#]],
        );
    }

    #[test]
    fn parents_of_zeros_are_none_and_bad_ids_are_counted() {
        let data = tracing::SpanData {
            span_context: SpanContext { span_id: "what".into(), ..context("", false) },
            parent_span_id: "0000000000000000".into(),
            ..plain()
        };
        check(
            data,
            expect![[r#"
            Span {
                trace_id: [11, 249, 47, 53, 119, 179, 77, 166, 163, 206, 146, 157, 14, 14, 71, 54],
                span_id: [],
                trace_state: "vendor=1",
                parent_span_id: [],
                name: "work",
                kind: 1,
                start_time_unix_nano: 1000000000,
                end_time_unix_nano: 2000000009,
                attributes: [],
                dropped_attributes_count: 0,
                events: [],
                dropped_events_count: 0,
                links: [],
                dropped_links_count: 0,
                status: Some(Status {message: "", code: 0}),
                flags: 257,
            }
            Some("flawed contents: invalid_id=1")
        "#]],
        );
    }

    #[test]
    fn kinds_have_the_numbers_of_otlp() {
        let kinds = [
            SpanKind::Internal,
            SpanKind::Server,
            SpanKind::Client,
            SpanKind::Producer,
            SpanKind::Consumer,
        ];
        assert_eq!(kinds.map(kind), [1, 2, 3, 4, 5]);
    }

    #[test]
    fn only_errors_have_a_message() {
        assert_eq!(status(Status::Unset), otlp::Status { code: 0, message: String::new() });
        assert_eq!(status(Status::Ok), otlp::Status { code: 1, message: String::new() });
        let failed = otlp::Status { code: 2, message: "no".into() };
        assert_eq!(status(Status::Error("no".into())), failed);
    }
}
