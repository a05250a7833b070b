//! Generated from the WIT: what this component imports and exports. Knows nothing of its logic.
#![allow(unsafe_code, reason = "generated")]
#![allow(clippy::all, reason = "generated")]

wit_bindgen::generate!({
    path: "../../../wit",
    inline: "
        package fixture:big-log;

        interface big-log {
            /// Emits one log record whose body is a text of so many bytes.
            emit: func(size: u32);
        }

        world fixture {
            import wasi:otel/logs@0.2.0-rc.2+patch;
            export big-log;
        }
    ",
    world: "fixture:big-log/fixture",
    generate_all,
});

pub(crate) use wasi::otel0_2_0_rc_2_patch::logs;

export!(BigLog with_types_in self);

use super::BigLog;
