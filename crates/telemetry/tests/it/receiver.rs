//! Channel to receiver: every kind of record arrives and reads well.

use std::net::SocketAddr;
use std::sync::mpsc;

use bytes::Bytes;
use expect_test::{Expect, expect};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList,
};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::metrics::v1 as metrics;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1 as trace;
use prost::Message;
use telemetry::{Channel, ChannelOptions, Received, Receiver, ReceiverOptions, Reply, Signal};

const NOON: u64 = 1_795_428_000_123_456_789;

pub(crate) fn local() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

pub(crate) async fn start(options: ReceiverOptions) -> (Receiver, mpsc::Receiver<Vec<Received>>) {
    let (tx, rx) = mpsc::channel();
    let sink = move |records| tx.send(records).map_err(std::io::Error::other);
    (Receiver::bind(local(), options, sink).await.unwrap(), rx)
}

fn any(value: Value) -> AnyValue {
    AnyValue { value: Some(value) }
}

fn pair(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.into(), value: Some(any(value)), ..KeyValue::default() }
}

fn text(text: &str) -> Value {
    Value::StringValue(text.into())
}

fn resource() -> Option<Resource> {
    let attributes = vec![pair("service.name", text("shop")), pair("component", text("guest"))];
    Some(Resource { attributes, ..Resource::default() })
}

fn scope() -> Option<InstrumentationScope> {
    let (name, version) = ("test-logger".into(), "0.1.0".into());
    Some(InstrumentationScope { name, version, ..InstrumentationScope::default() })
}

pub(crate) fn logs(records: Vec<LogRecord>) -> Bytes {
    let scope_logs =
        vec![ScopeLogs { scope: scope(), log_records: records, schema_url: String::new() }];
    let resource_logs =
        vec![ResourceLogs { resource: resource(), scope_logs, schema_url: String::new() }];
    ExportLogsServiceRequest { resource_logs }.encode_to_vec().into()
}

pub(crate) fn log(body: &str) -> LogRecord {
    LogRecord {
        time_unix_nano: NOON,
        severity_number: 9,
        body: Some(any(text(body))),
        ..LogRecord::default()
    }
}

/// Sends `request` and compares text and JSON of what came out at the other end.
async fn check(signal: Signal, request: Bytes, expect: Expect) {
    let (receiver, records) = start(ReceiverOptions::default()).await;
    let channel = Channel::new(&receiver.url(), ChannelOptions::default()).unwrap();
    assert_eq!(channel.send(signal.method(), request).await, Ok(Reply::default()));
    let records = records.try_recv().expect("handed on before the acknowledgement");
    let lines: Vec<String> =
        (records.iter()).map(|record| format!("{}\n{}\n", record.text(), record.json())).collect();
    expect.assert_eq(&lines.concat());
    receiver.stop().await;
}

#[tokio::test]
async fn log_records() {
    let everything = LogRecord {
        observed_time_unix_nano: NOON + 1,
        severity_text: "Notice".into(),
        severity_number: 10,
        event_name: "order.placed".into(),
        body: Some(any(Value::KvlistValue(KeyValueList {
            values: vec![
                pair(
                    "list",
                    Value::ArrayValue(ArrayValue {
                        values: vec![
                            any(Value::BoolValue(true)),
                            any(Value::IntValue(i64::MIN)),
                            any(Value::DoubleValue(f64::NAN)),
                            AnyValue::default(),
                        ],
                    }),
                ),
                pair("raw", Value::BytesValue(vec![0, 255])),
            ],
        }))),
        attributes: vec![
            pair("two words", text("a \"b\"\n\u{9b}31m")),
            pair("half", Value::DoubleValue(0.5)),
            pair("empty", text("")),
        ],
        dropped_attributes_count: 2,
        flags: 1,
        trace_id: vec![0xab; 16],
        span_id: vec![0xcd; 8],
        ..LogRecord::default()
    };
    let bare = LogRecord::default();
    check(Signal::Logs, logs(vec![log("hello"), everything, bare]), expect![[r#"
        log 2026-11-23T10:00:00.123Z INFO "hello" service.name=shop component=guest scope=test-logger/0.1.0
        {"signal":"log","time":"2026-11-23T10:00:00.123456789Z","severity":"INFO","severity_number":9,"body":"hello","attributes":{},"resource":{"service.name":"shop","component":"guest"},"scope":{"name":"test-logger","version":"0.1.0"}}
        log 2026-11-23T10:00:00.123Z Notice {"list":[true,-9223372036854775808,"NaN",null],"raw":{"base64":"AP8="}} event=order.placed "two words"="a \"b\"\n\u009b31m" half=0.5 empty="" trace_id=abababababababababababababababab span_id=cdcdcdcdcdcdcdcd service.name=shop component=guest scope=test-logger/0.1.0
        {"signal":"log","observed_time":"2026-11-23T10:00:00.123456790Z","severity":"Notice","severity_number":10,"event_name":"order.placed","body":{"list":[true,-9223372036854775808,"NaN",null],"raw":{"base64":"AP8="}},"attributes":{"two words":"a \"b\"\n\u009b31m","half":0.5,"empty":""},"dropped_attributes":2,"trace_id":"abababababababababababababababab","span_id":"cdcdcdcdcdcdcdcd","flags":1,"resource":{"service.name":"shop","component":"guest"},"scope":{"name":"test-logger","version":"0.1.0"}}
        log - UNSPECIFIED null service.name=shop component=guest scope=test-logger/0.1.0
        {"signal":"log","severity":"UNSPECIFIED","severity_number":0,"body":null,"attributes":{},"resource":{"service.name":"shop","component":"guest"},"scope":{"name":"test-logger","version":"0.1.0"}}
    "#]]).await;
}

#[tokio::test]
async fn spans() {
    let span = trace::Span {
        trace_id: vec![1; 16],
        span_id: vec![2; 8],
        parent_span_id: vec![3; 8],
        name: "GET /orders".into(),
        kind: 2,
        start_time_unix_nano: NOON,
        end_time_unix_nano: NOON + 1_500_000,
        attributes: vec![pair("http.response.status_code", Value::IntValue(500))],
        events: vec![trace::span::Event {
            time_unix_nano: NOON + 7,
            name: "retry".into(),
            ..Default::default()
        }],
        links: vec![trace::span::Link {
            trace_id: vec![4; 16],
            span_id: vec![5; 8],
            ..Default::default()
        }],
        status: Some(trace::Status { code: 2, message: "no stock".into() }),
        ..Default::default()
    };
    let scope_spans =
        vec![trace::ScopeSpans { scope: scope(), spans: vec![span], schema_url: String::new() }];
    let resource_spans =
        vec![trace::ResourceSpans { resource: resource(), scope_spans, schema_url: String::new() }];
    let request = ExportTraceServiceRequest { resource_spans };
    check(Signal::Traces, request.encode_to_vec().into(), expect![[r#"
        span 2026-11-23T10:00:00.123Z server "GET /orders" 1.5ms status=error status_message="no stock" http.response.status_code=500 events=1 links=1 trace_id=01010101010101010101010101010101 span_id=0202020202020202 parent_span_id=0303030303030303 service.name=shop component=guest scope=test-logger/0.1.0
        {"signal":"span","start":"2026-11-23T10:00:00.123456789Z","end":"2026-11-23T10:00:00.124956789Z","duration_ns":1500000,"name":"GET /orders","kind":"server","status":"error","status_message":"no stock","trace_id":"01010101010101010101010101010101","span_id":"0202020202020202","parent_span_id":"0303030303030303","attributes":{"http.response.status_code":500},"events":[{"time":"2026-11-23T10:00:00.123456796Z","name":"retry","attributes":{}}],"links":[{"trace_id":"04040404040404040404040404040404","span_id":"0505050505050505","attributes":{}}],"resource":{"service.name":"shop","component":"guest"},"scope":{"name":"test-logger","version":"0.1.0"}}
    "#]]).await;
}

#[tokio::test]
async fn data_points() {
    use metrics::metric::Data;
    let number = |value| metrics::NumberDataPoint {
        time_unix_nano: NOON,
        start_time_unix_nano: NOON - 1_000_000_000,
        attributes: vec![pair("route", text("/log"))],
        value: Some(value),
        ..Default::default()
    };
    let int = number(metrics::number_data_point::Value::AsInt(7));
    let double = number(metrics::number_data_point::Value::AsDouble(f64::INFINITY));
    let histogram = metrics::HistogramDataPoint {
        time_unix_nano: NOON,
        count: 3,
        sum: Some(6.5),
        bucket_counts: vec![1, 2],
        explicit_bounds: vec![2.0],
        ..Default::default()
    };
    let exponential = metrics::ExponentialHistogramDataPoint {
        time_unix_nano: NOON,
        count: 1,
        scale: -1,
        positive: Some(metrics::exponential_histogram_data_point::Buckets {
            offset: 2,
            bucket_counts: vec![1],
        }),
        ..Default::default()
    };
    let summary = metrics::SummaryDataPoint {
        time_unix_nano: NOON,
        count: 2,
        sum: 3.0,
        quantile_values: vec![metrics::summary_data_point::ValueAtQuantile {
            quantile: 0.5,
            value: 1.0,
        }],
        ..Default::default()
    };
    let data = [
        Data::Sum(metrics::Sum {
            data_points: vec![int.clone(), int],
            aggregation_temporality: 1,
            is_monotonic: true,
        }),
        Data::Gauge(metrics::Gauge { data_points: vec![double] }),
        Data::Histogram(metrics::Histogram {
            data_points: vec![histogram],
            aggregation_temporality: 2,
        }),
        Data::ExponentialHistogram(metrics::ExponentialHistogram {
            data_points: vec![exponential],
            aggregation_temporality: 2,
        }),
        Data::Summary(metrics::Summary { data_points: vec![summary] }),
    ];
    let metric = |data| metrics::Metric {
        name: "requests".into(),
        unit: "1".into(),
        data: Some(data),
        ..Default::default()
    };
    let scope_metrics = vec![metrics::ScopeMetrics {
        scope: scope(),
        metrics: data.into_iter().map(metric).collect(),
        schema_url: String::new(),
    }];
    let resource_metrics = vec![metrics::ResourceMetrics {
        resource: resource(),
        scope_metrics,
        schema_url: String::new(),
    }];
    let request = ExportMetricsServiceRequest { resource_metrics };
    check(Signal::Metrics, request.encode_to_vec().into(), expect![[r#"
        data_point 2026-11-23T10:00:00.123Z sum requests 7 unit=1 temporality=delta route=/log service.name=shop component=guest scope=test-logger/0.1.0
        {"signal":"data_point","name":"requests","unit":"1","kind":"sum","temporality":"delta","monotonic":true,"start":"2026-11-23T09:59:59.123456789Z","time":"2026-11-23T10:00:00.123456789Z","value":7,"attributes":{"route":"/log"},"resource":{"service.name":"shop","component":"guest"},"scope":{"name":"test-logger","version":"0.1.0"}}
        data_point 2026-11-23T10:00:00.123Z sum requests 7 unit=1 temporality=delta route=/log service.name=shop component=guest scope=test-logger/0.1.0
        {"signal":"data_point","name":"requests","unit":"1","kind":"sum","temporality":"delta","monotonic":true,"start":"2026-11-23T09:59:59.123456789Z","time":"2026-11-23T10:00:00.123456789Z","value":7,"attributes":{"route":"/log"},"resource":{"service.name":"shop","component":"guest"},"scope":{"name":"test-logger","version":"0.1.0"}}
        data_point 2026-11-23T10:00:00.123Z gauge requests "Infinity" unit=1 route=/log service.name=shop component=guest scope=test-logger/0.1.0
        {"signal":"data_point","name":"requests","unit":"1","kind":"gauge","start":"2026-11-23T09:59:59.123456789Z","time":"2026-11-23T10:00:00.123456789Z","value":"Infinity","attributes":{"route":"/log"},"resource":{"service.name":"shop","component":"guest"},"scope":{"name":"test-logger","version":"0.1.0"}}
        data_point 2026-11-23T10:00:00.123Z histogram requests {"count":3,"sum":6.5,"min":null,"max":null,"bounds":[2.0],"counts":[1,2]} unit=1 temporality=cumulative service.name=shop component=guest scope=test-logger/0.1.0
        {"signal":"data_point","name":"requests","unit":"1","kind":"histogram","temporality":"cumulative","time":"2026-11-23T10:00:00.123456789Z","value":{"count":3,"sum":6.5,"min":null,"max":null,"bounds":[2.0],"counts":[1,2]},"attributes":{},"resource":{"service.name":"shop","component":"guest"},"scope":{"name":"test-logger","version":"0.1.0"}}
        data_point 2026-11-23T10:00:00.123Z exponential_histogram requests {"count":1,"sum":null,"min":null,"max":null,"scale":-1,"zero_count":0,"zero_threshold":0.0,"positive":{"offset":2,"counts":[1]},"negative":null} unit=1 temporality=cumulative service.name=shop component=guest scope=test-logger/0.1.0
        {"signal":"data_point","name":"requests","unit":"1","kind":"exponential_histogram","temporality":"cumulative","time":"2026-11-23T10:00:00.123456789Z","value":{"count":1,"sum":null,"min":null,"max":null,"scale":-1,"zero_count":0,"zero_threshold":0.0,"positive":{"offset":2,"counts":[1]},"negative":null},"attributes":{},"resource":{"service.name":"shop","component":"guest"},"scope":{"name":"test-logger","version":"0.1.0"}}
        data_point 2026-11-23T10:00:00.123Z summary requests {"count":2,"sum":3.0,"quantiles":[{"quantile":0.5,"value":1.0}]} unit=1 service.name=shop component=guest scope=test-logger/0.1.0
        {"signal":"data_point","name":"requests","unit":"1","kind":"summary","time":"2026-11-23T10:00:00.123456789Z","value":{"count":2,"sum":3.0,"quantiles":[{"quantile":0.5,"value":1.0}]},"attributes":{},"resource":{"service.name":"shop","component":"guest"},"scope":{"name":"test-logger","version":"0.1.0"}}
    "#]]).await;
}
