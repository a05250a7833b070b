//! Generated from the WIT: what this component imports and exports. Knows nothing of its logic.
#![allow(unsafe_code, reason = "generated")]
#![allow(clippy::all, reason = "generated")]

wit_bindgen::generate!({
    path: "../../../wit",
    inline: "
        package fixture:env-probe;

        interface env-probe {
            /// The environment variables.
            environment: func() -> list<tuple<string, string>>;

            /// The arguments.
            arguments: func() -> list<string>;

            /// One key of the configuration.
            get: func(key: string) -> result<option<string>, string>;

            /// The whole configuration.
            get-all: func() -> result<list<tuple<string, string>>, string>;

            /// Writes a line to standard output and one to standard error.
            print: func(line: string) -> result<_, string>;
        }

        world fixture {
            import wasi:cli/environment@0.2.12;
            import wasi:cli/stdout@0.2.12;
            import wasi:cli/stderr@0.2.12;
            import wasi:config/store@0.2.0-rc.1;
            export env-probe;
        }
    ",
    world: "fixture:env-probe/fixture",
    generate_all,
});

pub(crate) use wasi::cli::{environment, stderr, stdout};
pub(crate) use wasi::config::store;
pub(crate) use wasi::io0_2_12::streams;

export!(EnvProbe with_types_in self);

use super::EnvProbe;
