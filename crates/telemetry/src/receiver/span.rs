//! A span in readable form. It does not know how it is printed.

use std::sync::Arc;

use opentelemetry_proto::tonic::trace::v1 as proto;
use serde::Serialize;
use serde_json::{Map, Value};

use super::value::{Origin, attributes, id, is_zero, time};

/// A span.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Span {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
    pub duration_ns: u64,
    pub name: String,
    pub kind: &'static str,
    pub status: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub status_message: String,
    pub trace_id: String,
    pub span_id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub parent_span_id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub trace_state: String,
    #[serde(skip_serializing_if = "is_zero")]
    pub flags: u32,
    pub attributes: Map<String, Value>,
    #[serde(skip_serializing_if = "is_zero")]
    pub dropped_attributes: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Event>,
    #[serde(skip_serializing_if = "is_zero")]
    pub dropped_events: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    #[serde(skip_serializing_if = "is_zero")]
    pub dropped_links: u32,
    #[serde(flatten)]
    pub origin: Arc<Origin>,
}

/// Something that happened within a span.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Event {
    pub time: Option<String>,
    pub name: String,
    pub attributes: Map<String, Value>,
}

/// Another span that has to do with this one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Link {
    pub trace_id: String,
    pub span_id: String,
    pub attributes: Map<String, Value>,
}

impl Span {
    pub(super) fn new(span: proto::Span, origin: Arc<Origin>) -> Self {
        let kind = kind(span.kind);
        let status = span.status.unwrap_or_default();
        Self {
            start: time(span.start_time_unix_nano),
            end: time(span.end_time_unix_nano),
            duration_ns: span.end_time_unix_nano.saturating_sub(span.start_time_unix_nano),
            name: span.name,
            kind,
            status: status_word(status.code),
            status_message: status.message,
            trace_id: id(&span.trace_id),
            span_id: id(&span.span_id),
            parent_span_id: id(&span.parent_span_id),
            trace_state: span.trace_state,
            flags: span.flags,
            attributes: attributes(span.attributes),
            dropped_attributes: span.dropped_attributes_count,
            events: span.events.into_iter().map(event).collect(),
            dropped_events: span.dropped_events_count,
            links: span.links.into_iter().map(link).collect(),
            dropped_links: span.dropped_links_count,
            origin,
        }
    }
}

fn event(event: proto::span::Event) -> Event {
    Event {
        time: time(event.time_unix_nano),
        name: event.name,
        attributes: attributes(event.attributes),
    }
}

fn link(link: proto::span::Link) -> Link {
    Link {
        trace_id: id(&link.trace_id),
        span_id: id(&link.span_id),
        attributes: attributes(link.attributes),
    }
}

fn kind(number: i32) -> &'static str {
    match number {
        1 => "internal",
        2 => "server",
        3 => "client",
        4 => "producer",
        5 => "consumer",
        _ => "unspecified",
    }
}

fn status_word(number: i32) -> &'static str {
    match number {
        1 => "ok",
        2 => "error",
        _ => "unset",
    }
}
