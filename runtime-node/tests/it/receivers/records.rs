//! Records as they arrived, out of the bytes of an export. It knows neither paths nor receivers.

use std::collections::BTreeMap;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message as _;

/// The attributes of a resource.
pub(crate) type Attributes = BTreeMap<String, String>;

/// A log record as a receiver got it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Arrived {
    pub(crate) body: String,
    pub(crate) severity: i64,
    pub(crate) resource: Attributes,
}

/// A span as a receiver got it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ArrivedSpan {
    pub(crate) name: String,
    pub(crate) resource: Attributes,
}

/// The records in the bytes of one export of logs.
pub(crate) fn decode(message: &[u8]) -> Vec<Arrived> {
    let request = ExportLogsServiceRequest::decode(message).unwrap();
    let mut arrived = Vec::new();
    for group in request.resource_logs {
        let resource = attributes(group.resource);
        for record in group.scope_logs.into_iter().flat_map(|scope| scope.log_records) {
            arrived.push(Arrived {
                body: text(record.body.unwrap().value),
                severity: record.severity_number.into(),
                resource: resource.clone(),
            });
        }
    }
    arrived
}

/// The spans in the bytes of one export of traces.
pub(crate) fn decode_spans(message: &[u8]) -> Vec<ArrivedSpan> {
    let request = ExportTraceServiceRequest::decode(message).unwrap();
    let mut arrived = Vec::new();
    for group in request.resource_spans {
        let resource = attributes(group.resource);
        for span in group.scope_spans.into_iter().flat_map(|scope| scope.spans) {
            arrived.push(ArrivedSpan { name: span.name, resource: resource.clone() });
        }
    }
    arrived
}

fn attributes(resource: Option<Resource>) -> Attributes {
    let pairs = resource.unwrap_or_default().attributes.into_iter();
    pairs.map(|pair| (pair.key, text(pair.value.unwrap().value))).collect()
}

fn text(value: Option<Value>) -> String {
    match value {
        Some(Value::StringValue(text)) => text,
        other => panic!("not a text: {other:?}"),
    }
}
