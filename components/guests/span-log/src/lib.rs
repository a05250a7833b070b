//! Fixture: emits spans, logs and metrics with all kinds of fields. It knows `wasi:otel` alone, in
//! the version without `+patch`.

mod bindings;
mod samples;

use bindings::exports::fixture::span_log::span_log::Guest;
use bindings::tracing::TraceFlags;
use bindings::{logs, metrics, tracing};

struct SpanLog;

impl Guest for SpanLog {
    fn full() {
        let span = samples::full_span();
        tracing::on_start(&span.span_context);
        logs::on_emit(&samples::full_log());
        tracing::on_end(&span);
    }

    fn logs(count: u32, apart: bool) {
        for number in 0..count {
            logs::on_emit(&samples::numbered_log(number, apart));
        }
    }

    fn spans(count: u32) {
        for number in 0..count {
            tracing::on_end(&samples::numbered_span(number));
        }
    }

    fn unsampled() {
        let mut span = samples::full_span();
        span.span_context.trace_flags = TraceFlags::empty();
        tracing::on_end(&span);
    }

    fn flawed() {
        logs::on_emit(&samples::flawed_log());
        tracing::on_end(&samples::flawed_span());
    }

    fn metric() -> Result<(), String> {
        metrics::export(&samples::metric())
    }

    fn outer() -> (String, String) {
        let context = tracing::outer_span_context();
        (context.trace_id, context.span_id)
    }
}
