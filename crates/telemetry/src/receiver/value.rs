//! The parts every record is made of, in readable form: values, attributes, times, ids, and where
//! a record comes from. It knows no kind of record.

use std::time::{Duration, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// Where records come from: shared by all records of one resource and scope.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Origin {
    /// Resource attributes.
    pub resource: Map<String, Value>,
    pub scope: Scope,
}

/// The instrumentation scope.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Scope {
    pub name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub attributes: Map<String, Value>,
}

impl Origin {
    pub(super) fn new(resource: Option<&Resource>, scope: Option<InstrumentationScope>) -> Self {
        let resource = resource.map(|resource| attributes(resource.attributes.clone()));
        let scope = scope.unwrap_or_default();
        Self {
            resource: resource.unwrap_or_default(),
            scope: Scope {
                name: scope.name,
                version: scope.version,
                attributes: attributes(scope.attributes),
            },
        }
    }
}

/// Attributes as an object in the order of arrival.
pub(super) fn attributes(list: Vec<KeyValue>) -> Map<String, Value> {
    list.into_iter().map(|pair| (pair.key, any(pair.value))).collect()
}

/// A value as JSON. Bytes are `{"base64": …}`, an empty value is `null`.
pub(super) fn any(value: Option<AnyValue>) -> Value {
    match value.and_then(|value| value.value) {
        None => Value::Null,
        Some(Any::StringValue(text)) => Value::String(text),
        Some(Any::BoolValue(bool)) => Value::Bool(bool),
        Some(Any::IntValue(number)) => Value::from(number),
        Some(Any::DoubleValue(number)) => double(number),
        Some(Any::ArrayValue(array)) => {
            array.values.into_iter().map(|value| any(Some(value))).collect()
        }
        Some(Any::KvlistValue(list)) => Value::Object(attributes(list.values)),
        Some(Any::BytesValue(bytes)) => json!({ "base64": STANDARD.encode(bytes) }),
        // Only profiles have the table that this points into.
        Some(Any::StringValueStrindex(index)) => json!({ "string-index": index }),
    }
}

/// A number as JSON; what JSON has no number for, by name.
pub(super) fn double(number: f64) -> Value {
    if number.is_nan() {
        return Value::from("NaN");
    }
    if number.is_infinite() {
        return Value::from(if number > 0.0 { "Infinity" } else { "-Infinity" });
    }
    Value::from(number)
}

/// A time in UTC with nanoseconds; 0 means that there is none.
pub(super) fn time(nanos: u64) -> Option<String> {
    let at = UNIX_EPOCH + Duration::from_nanos(nanos);
    (nanos != 0).then(|| humantime::format_rfc3339_nanos(at).to_string())
}

/// An id in hexadecimal, empty when there is none.
pub(super) fn id(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn is_zero(number: &u32) -> bool {
    *number == 0
}
