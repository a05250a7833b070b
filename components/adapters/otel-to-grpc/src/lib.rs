//! Takes the records of `wasi:otel`, holds them until the end of the invocation and sends them as
//! OTLP through `modulewise:grpc/endpoint`: records → conversion → batch → request → counts. It
//! knows nothing of connections, nor of who makes the records.
//!
//! The host must call `delivery.flush` after each invocation: it sends what is held back and says
//! what became of every record.

mod adapter;
mod batch;
mod bindings;
#[cfg(test)]
mod compact;
mod convert;
mod delivery;
mod otlp;
mod settings;

use std::cell::RefCell;

use adapter::{Adapter, Surroundings};
use bindings::delivery::Counts;
use bindings::tracing::{SpanContext, SpanData, TraceFlags};
use bindings::{endpoint, logs, metrics, store, wall_clock};

struct OtelToGrpc;

thread_local! {
    static ADAPTER: RefCell<Adapter<Host>> = RefCell::new(Adapter::new(Host));
}

/// What the component imports.
struct Host;

impl Surroundings for Host {
    fn now(&self) -> u64 {
        let now = wall_clock::now();
        convert::nanoseconds(now.seconds, now.nanoseconds)
    }

    fn config(&self) -> Result<Vec<(String, String)>, String> {
        store::get_all().map_err(|error| match error {
            store::Error::Upstream(text) | store::Error::Io(text) => text,
        })
    }

    fn send(&self, path: &str, data: &[u8]) -> Result<(), String> {
        endpoint::send(path, data)
    }
}

impl logs::Guest for OtelToGrpc {
    fn on_emit(data: logs::LogRecord) {
        ADAPTER.with_borrow_mut(|adapter| adapter.log(data));
    }
}

impl bindings::tracing::Guest for OtelToGrpc {
    /// Nothing is known of a span yet that could be sent.
    fn on_start(_context: SpanContext) {}

    fn on_end(span: SpanData) {
        ADAPTER.with_borrow_mut(|adapter| adapter.span(span));
    }

    /// The host offers no span of its own here, so spans of the guest start new traces.
    fn outer_span_context() -> SpanContext {
        SpanContext {
            trace_id: "0".repeat(32),
            span_id: "0".repeat(16),
            trace_flags: TraceFlags::empty(),
            is_remote: false,
            trace_state: Vec::new(),
        }
    }
}

impl metrics::Guest for OtelToGrpc {
    fn export(_metrics: metrics::ResourceMetrics) -> Result<(), metrics::Error> {
        Err("unimplemented: otel-to-grpc sends logs and spans, not metrics".to_owned())
    }
}

impl bindings::delivery::Guest for OtelToGrpc {
    fn flush() -> Counts {
        ADAPTER.with_borrow_mut(Adapter::flush)
    }
}
