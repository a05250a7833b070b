//! The adapter in surroundings that remember what was sent. Knows nothing of wasm.

use super::*;
use crate::compact::compact;
use crate::convert::tests_of_spans::plain as plain_span;
use expect_test::{Expect, expect};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use std::cell::RefCell;

#[derive(Default)]
struct Stage {
    config: Vec<(String, String)>,
    sent: RefCell<Vec<(String, Vec<u8>)>>,
    answer: Option<String>,
}

impl Surroundings for Stage {
    fn now(&self) -> u64 {
        42
    }

    fn config(&self) -> Result<Vec<(String, String)>, String> {
        Ok(self.config.clone())
    }

    fn send(&self, path: &str, data: &[u8]) -> Result<(), String> {
        self.sent.borrow_mut().push((path.to_owned(), data.to_vec()));
        self.answer.clone().map_or(Ok(()), Err)
    }
}

fn adapter(config: &[(&str, &str)], answer: Option<&str>) -> Adapter<Stage> {
    Adapter::new(Stage {
        config: config.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect(),
        answer: answer.map(str::to_owned),
        ..Stage::default()
    })
}

fn log(body: &str) -> logs::LogRecord {
    logs::LogRecord {
        timestamp: None,
        observed_timestamp: None,
        severity_text: None,
        severity_number: Some(9),
        body: Some(body.to_owned()),
        attributes: None,
        event_name: None,
        resource: None,
        instrumentation_scope: None,
        trace_id: None,
        span_id: None,
        trace_flags: None,
    }
}

fn sends(adapter: &Adapter<Stage>) -> Vec<(String, usize)> {
    let sent = adapter.surroundings.sent.borrow();
    sent.iter()
        .map(|(path, data)| {
            let records = if path == "logs" {
                let request = <ExportLogsServiceRequest as Message>::decode(&**data).unwrap();
                let scopes = request.resource_logs.iter().flat_map(|group| &group.scope_logs);
                scopes.map(|scope| scope.log_records.len()).sum()
            } else {
                let request = <ExportTraceServiceRequest as Message>::decode(&**data).unwrap();
                let scopes = request.resource_spans.iter().flat_map(|group| &group.scope_spans);
                scopes.map(|scope| scope.spans.len()).sum()
            };
            (path.clone(), records)
        })
        .collect()
}

fn counts(counts: &Counts) -> (u64, u64, u64, u64, Option<&str>) {
    let Counts { created, acknowledged, rejected, failed, last_error } = counts;
    (*created, *acknowledged, *rejected, *failed, last_error.as_deref())
}

#[test]
fn one_request_for_each_signal_at_the_end() {
    let mut adapter = adapter(&[], None);
    adapter.log(log("1"));
    adapter.span(plain_span());
    adapter.log(log("2"));
    assert_eq!(sends(&adapter), []);
    assert_eq!(counts(&adapter.flush()), (3, 3, 0, 0, None));
    assert_eq!(sends(&adapter), [("logs".into(), 2), ("traces".into(), 1)]);
}

#[test]
fn nothing_to_send_is_not_sent() {
    let mut adapter = adapter(&[], None);
    assert_eq!(counts(&adapter.flush()), (0, 0, 0, 0, None));
    assert_eq!(sends(&adapter), []);
}

#[test]
fn counts_start_anew_after_a_report() {
    let mut adapter = adapter(&[], None);
    adapter.log(log("1"));
    adapter.flush();
    adapter.log(log("2"));
    assert_eq!(counts(&adapter.flush()), (1, 1, 0, 0, None));
    assert_eq!(sends(&adapter), [("logs".into(), 1), ("logs".into(), 1)]);
}

#[test]
fn each_record_by_itself() {
    let mut adapter = adapter(&[("flush", "record")], None);
    adapter.log(log("1"));
    adapter.log(log("2"));
    assert_eq!(sends(&adapter), [("logs".into(), 1), ("logs".into(), 1)]);
    assert_eq!(counts(&adapter.flush()), (2, 2, 0, 0, None));
    assert_eq!(sends(&adapter).len(), 2);
}

#[test]
fn a_full_buffer_is_sent_early() {
    let mut adapter = adapter(&[("buffer-bytes", "1Ki")], None);
    let body = format!("\"{}\"", "x".repeat(300));
    for _ in 0..5 {
        adapter.log(log(&body));
    }
    adapter.log(log(&format!("\"{}\"", "y".repeat(5000))));
    adapter.log(log("1"));
    assert_eq!(counts(&adapter.flush()), (7, 7, 0, 0, None));
    let sizes: Vec<_> = sends(&adapter).into_iter().map(|(_, records)| records).collect();
    assert_eq!(sizes, [3, 2, 1, 1]);
}

#[test]
fn spans_that_are_not_sampled_are_not_taken() {
    let mut adapter = adapter(&[], None);
    let mut span = plain_span();
    span.span_context.trace_flags = TraceFlags::empty();
    adapter.span(span);
    assert_eq!(counts(&adapter.flush()), (0, 0, 0, 0, None));
}

#[test]
fn failures_are_counted() {
    let mut adapter = adapter(&[], Some("UNAVAILABLE: nobody there"));
    adapter.log(log("1"));
    adapter.span(plain_span());
    assert_eq!(counts(&adapter.flush()), (2, 0, 0, 2, Some("UNAVAILABLE: nobody there")));
}

#[test]
fn refusals_are_counted() {
    let mut adapter = adapter(&[], Some("partial_success: rejected=1; no"));
    adapter.log(log("1"));
    adapter.log(log("2"));
    assert_eq!(counts(&adapter.flush()), (2, 1, 1, 0, Some("partial_success: rejected=1; no")));
}

#[test]
fn a_bad_configuration_fails_every_record() {
    let mut adapter = adapter(&[("flush", "later")], None);
    adapter.log(log("1"));
    adapter.span(plain_span());
    let error = "not_configured: config key flush: expected call or record, found \"later\"";
    assert_eq!(counts(&adapter.flush()), (2, 0, 0, 2, Some(error)));
    assert_eq!(sends(&adapter), []);
}

#[test]
fn flawed_contents_are_told_but_delivered() {
    let mut adapter = adapter(&[], None);
    adapter.log(log("not json"));
    let error = "flawed contents: invalid_json=1";
    assert_eq!(counts(&adapter.flush()), (1, 1, 0, 0, Some(error)));
}

fn check_request(adapter: &mut Adapter<Stage>, expected: Expect) {
    adapter.flush();
    let sent = adapter.surroundings.sent.borrow();
    let text: String = sent
        .iter()
        .map(|(path, data)| {
            if path == "logs" {
                compact(&<ExportLogsServiceRequest as Message>::decode(&**data).unwrap(), 4)
            } else {
                compact(&<ExportTraceServiceRequest as Message>::decode(&**data).unwrap(), 4)
            }
        })
        .collect();
    expected.assert_eq(&text);
}

#[test]
fn a_log_as_its_receiver_reads_it() {
    let mut adapter = adapter(&[("otel.resource.service.name", "shop")], None);
    let mut record = log("\"hello\"");
    record.instrumentation_scope = Some(types::InstrumentationScope {
        name: "lib".into(),
        version: Some("1".into()),
        schema_url: Some("https://scope".into()),
        attributes: vec![types::KeyValue { key: "k".into(), value: "1".into() }],
    });
    record.resource = Some(types::Resource {
        attributes: vec![types::KeyValue { key: "r".into(), value: "true".into() }],
        schema_url: Some("https://resource".into()),
    });
    adapter.log(record);
    check_request(
        &mut adapter,
        expect![[r#"
        ExportLogsServiceRequest {
            resource_logs: [
                ResourceLogs {
                    resource: Some(
                        Resource {attributes: [KeyValue {key: "r", value: Some(AnyValue {value: Some(BoolValue(true))}), key_strindex: 0}, KeyValue {key: "service.name", value: Some(AnyValue {value: Some(StringValue("shop"))}), key_strindex: 0}], dropped_attributes_count: 0, entity_refs: []},
                    ),
                    scope_logs: [
                        ScopeLogs {scope: Some(InstrumentationScope {name: "lib", version: "1", attributes: [KeyValue {key: "k", value: Some(AnyValue {value: Some(IntValue(1))}), key_strindex: 0}], dropped_attributes_count: 0}), log_records: [LogRecord {time_unix_nano: 0, observed_time_unix_nano: 42, severity_number: Info, severity_text: "", body: Some(AnyValue {value: Some(StringValue("hello"))}), attributes: [], dropped_attributes_count: 0, flags: 0, trace_id: [], span_id: [], event_name: ""}], schema_url: "https://scope"},
                    ],
                    schema_url: "https://resource",
                },
            ],
        }
    "#]],
    );
}

#[test]
fn a_span_as_its_receiver_reads_it() {
    let mut adapter = adapter(&[], None);
    adapter.span(plain_span());
    check_request(
        &mut adapter,
        expect![[r#"
        ExportTraceServiceRequest {
            resource_spans: [
                ResourceSpans {
                    resource: Some(
                        Resource {attributes: [KeyValue {key: "service.name", value: Some(AnyValue {value: Some(StringValue("unknown_service"))}), key_strindex: 0}], dropped_attributes_count: 0, entity_refs: []},
                    ),
                    scope_spans: [
                        ScopeSpans {scope: Some(InstrumentationScope {name: "lib", version: "", attributes: [], dropped_attributes_count: 0}), spans: [Span {trace_id: [11, 249, 47, 53, 119, 179, 77, 166, 163, 206, 146, 157, 14, 14, 71, 54], span_id: [0, 0, 0, 0, 0, 0, 0, 1], trace_state: "vendor=1", parent_span_id: [], flags: 257, name: "work", kind: Internal, start_time_unix_nano: 1000000000, end_time_unix_nano: 2000000009, attributes: [], dropped_attributes_count: 0, events: [], dropped_events_count: 0, links: [], dropped_links_count: 0, status: Some(Status {message: "", code: Unset})}], schema_url: ""},
                    ],
                    schema_url: "",
                },
            ],
        }
    "#]],
    );
}
