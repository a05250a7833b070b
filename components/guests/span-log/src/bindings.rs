//! Generated from the WIT: what this component imports and exports. Knows nothing of its logic.
#![allow(unsafe_code, reason = "generated")]
#![allow(clippy::all, reason = "generated")]
#![allow(dead_code, reason = "metrics are declared whole and used in part")]

wit_bindgen::generate!({
    path: "../../../wit",
    inline: "
        package fixture:span-log;

        interface span-log {
            /// Starts and ends one sampled span with every field, in a trace of its own, and emits
            /// one log record with every field within it.
            full: func();

            /// Emits so many log records, each with a resource and a scope of its own if `apart`.
            logs: func(count: u32, apart: bool);

            /// Ends so many sampled spans.
            spans: func(count: u32);

            /// Ends a span that is not sampled.
            unsampled: func();

            /// Emits a log record and ends a span whose ids, severity, time and JSON are wrong.
            flawed: func();

            /// Exports one metric.
            metric: func() -> result<_, string>;

            /// The trace id and span id of the span in which the component runs.
            outer: func() -> tuple<string, string>;
        }

        world fixture {
            import wasi:otel/logs@0.2.0-rc.2;
            import wasi:otel/tracing@0.2.0-rc.2;
            import wasi:otel/metrics@0.2.0-rc.2;
            export span-log;
        }
    ",
    world: "fixture:span-log/fixture",
    generate_all,
    additional_derives: [Clone],
});

pub(crate) use wasi::otel0_2_0_rc_2::{logs, metrics, tracing, types};

export!(SpanLog with_types_in self);

use super::SpanLog;
