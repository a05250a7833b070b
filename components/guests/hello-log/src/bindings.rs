//! Generated from the WIT: what this component imports and exports. Knows nothing of its logic.
#![allow(unsafe_code, reason = "generated")]
#![allow(clippy::all, reason = "generated")]

wit_bindgen::generate!({
    path: "../../../wit",
    inline: "
        package modulewise:otel-example;

        interface test {
            log: func(message: string) -> result<_, string>;
        }

        world hello-log {
            import wasi:otel/logs@0.2.0-rc.2+patch;
            export test;
        }
    ",
    world: "modulewise:otel-example/hello-log",
    generate_all,
});

export!(HelloLog with_types_in self);

use super::HelloLog;
