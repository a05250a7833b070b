//! Generated from the WIT: what this component imports and exports. Knows nothing of its logic.
#![allow(unsafe_code, reason = "generated")]
#![allow(clippy::all, reason = "generated")]

wit_bindgen::generate!({
    path: "../../../wit",
    inline: "
        package fixture:http-get;

        interface http-get {
            /// Sends a GET request to an address such as `http://host:port/path` and returns the status
            /// of the answer, or what the host says instead.
            get: func(url: string) -> result<u16, string>;
        }

        world fixture {
            import wasi:io/poll@0.2.12;
            import wasi:http/types@0.2.12;
            import wasi:http/outgoing-handler@0.2.12;
            export http-get;
        }
    ",
    world: "fixture:http-get/fixture",
    generate_all,
});

pub(crate) use wasi::http::{outgoing_handler, types as http};

export!(HttpGet with_types_in self);

use super::HttpGet;
