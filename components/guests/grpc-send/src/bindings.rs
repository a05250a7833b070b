//! Generated from the WIT: what this component imports and exports. Knows nothing of its logic.
#![allow(unsafe_code, reason = "generated")]
#![allow(clippy::all, reason = "generated")]

wit_bindgen::generate!({
    path: "../../../wit",
    inline: "
        package fixture:grpc-send;

        interface grpc-send {
            /// Sends a message of so many zero bytes to the method configured under `path`.
            send: func(path: string, size: u32) -> result<_, string>;
        }

        world fixture {
            import modulewise:grpc/endpoint@0.1.0;
            export grpc-send;
        }
    ",
    world: "fixture:grpc-send/fixture",
    generate_all,
});

pub(crate) use modulewise::grpc::endpoint;

export!(GrpcSend with_types_in self);

use super::GrpcSend;
