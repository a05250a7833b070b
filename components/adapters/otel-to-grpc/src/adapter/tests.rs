//! The adapter in surroundings that remember what was sent. Knows nothing of wasm.

use super::*;
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
                format!("{:#?}\n", <ExportLogsServiceRequest as Message>::decode(&**data).unwrap())
            } else {
                format!("{:#?}\n", <ExportTraceServiceRequest as Message>::decode(&**data).unwrap())
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
    check_request(&mut adapter, expect![[""]]);
}

#[test]
fn a_span_as_its_receiver_reads_it() {
    let mut adapter = adapter(&[], None);
    adapter.span(plain_span());
    check_request(&mut adapter, expect![[""]]);
}
