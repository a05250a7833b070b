//! The records that are emitted. Knows nothing of when.

use crate::bindings::logs::{Datetime, LogRecord};
use crate::bindings::metrics::{
    Gauge, GaugeDataPoint, Metric, MetricData, MetricNumber, ResourceMetrics, ScopeMetrics,
};
use crate::bindings::tracing::{Event, Link, SpanContext, SpanData, SpanKind, Status, TraceFlags};
use crate::bindings::types::{InstrumentationScope, KeyValue, Resource};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

pub(crate) fn full_log() -> LogRecord {
    LogRecord {
        timestamp: Some(time(1_700_000_000)),
        observed_timestamp: Some(time(1_700_000_001)),
        severity_text: Some("WARN".to_owned()),
        severity_number: Some(13),
        body: Some("{\"text\": \"grüße\", \"list\": [1, 2.5, true, null]}".to_owned()),
        attributes: Some(vec![
            pair("int", "9007199254740993"),
            pair("bytes", "\"data:application/octet-stream;base64,AAEC/w==\""),
        ]),
        event_name: Some("full".to_owned()),
        resource: Some(resource("span-log")),
        instrumentation_scope: Some(scope("full")),
        trace_id: Some(TRACE.to_owned()),
        span_id: Some(SPAN.to_owned()),
        trace_flags: Some(TraceFlags::SAMPLED),
    }
}

pub(crate) fn numbered_log(number: u32, apart: bool) -> LogRecord {
    LogRecord {
        body: Some(number.to_string()),
        resource: apart.then(|| resource(&format!("resource-{number}"))),
        instrumentation_scope: apart.then(|| scope(&format!("scope-{number}"))),
        ..full_log()
    }
}

pub(crate) fn flawed_log() -> LogRecord {
    LogRecord {
        timestamp: Some(Datetime { seconds: u64::MAX, nanoseconds: u32::MAX }),
        severity_number: Some(200),
        body: Some("no JSON".to_owned()),
        attributes: Some(vec![pair("twice", "1"), pair("twice", "NaN")]),
        trace_id: Some("no hexadecimal".to_owned()),
        span_id: Some("f067aa0ba902b7".to_owned()),
        ..full_log()
    }
}

pub(crate) fn full_span() -> SpanData {
    SpanData {
        span_context: context(SPAN),
        parent_span_id: "00f067aa0ba902b6".to_owned(),
        span_kind: SpanKind::Server,
        name: "full".to_owned(),
        start_time: time(1_700_000_000),
        end_time: time(1_700_000_002),
        attributes: vec![pair("double", "0.5")],
        events: vec![Event {
            name: "half-time".to_owned(),
            time: time(1_700_000_001),
            attributes: vec![pair("flag", "true")],
        }],
        links: vec![Link {
            span_context: SpanContext { is_remote: true, ..context("1") },
            attributes: vec![pair("why", "\"cause\"")],
        }],
        status: Status::Error("broken".to_owned()),
        instrumentation_scope: scope("full"),
        dropped_attributes: 1,
        dropped_events: 2,
        dropped_links: 3,
    }
}

pub(crate) fn numbered_span(number: u32) -> SpanData {
    SpanData {
        // Ids of zeros would mean none. They are not padded, as some SDKs do it.
        span_context: context(&format!("{:x}", u64::from(number) + 1)),
        name: format!("span-{number}"),
        ..full_span()
    }
}

pub(crate) fn flawed_span() -> SpanData {
    SpanData {
        span_context: context("longer than eight bytes"),
        parent_span_id: "0000000000000000".to_owned(),
        end_time: Datetime { seconds: u64::MAX, nanoseconds: 0 },
        attributes: vec![pair("bad", "{")],
        ..full_span()
    }
}

pub(crate) fn metric() -> ResourceMetrics {
    let point = GaugeDataPoint {
        attributes: vec![pair("k", "1")],
        value: MetricNumber::S64(7),
        exemplars: Vec::new(),
    };
    let gauge = Gauge { data_points: vec![point], start_time: None, time: time(1_700_000_000) };
    let metric = Metric {
        name: "gauge".to_owned(),
        description: "one value".to_owned(),
        unit: "1".to_owned(),
        data: MetricData::S64Gauge(gauge),
    };
    ResourceMetrics {
        resource: resource("span-log"),
        scope_metrics: vec![ScopeMetrics { scope: scope("full"), metrics: vec![metric] }],
    }
}

fn context(span_id: &str) -> SpanContext {
    SpanContext {
        trace_id: TRACE.to_owned(),
        span_id: span_id.to_owned(),
        trace_flags: TraceFlags::SAMPLED,
        is_remote: false,
        trace_state: vec![("vendor".to_owned(), "1".to_owned())],
    }
}

fn resource(name: &str) -> Resource {
    Resource {
        attributes: vec![pair("service.name", &format!("\"{name}\"")), pair("of.guest", "true")],
        schema_url: Some("https://opentelemetry.io/schemas/1.30.0".to_owned()),
    }
}

fn scope(name: &str) -> InstrumentationScope {
    InstrumentationScope {
        name: name.to_owned(),
        version: Some("1.0.0".to_owned()),
        schema_url: Some("https://opentelemetry.io/schemas/1.30.0".to_owned()),
        attributes: vec![pair("scoped", "1")],
    }
}

fn pair(key: &str, json: &str) -> KeyValue {
    KeyValue { key: key.to_owned(), value: json.to_owned() }
}

fn time(seconds: u64) -> Datetime {
    Datetime { seconds, nanoseconds: 0 }
}
