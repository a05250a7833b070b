//! Generated from the WIT: what this component imports and exports. Knows nothing of its logic.
#![allow(unsafe_code, reason = "generated")]
#![allow(clippy::all, reason = "generated")]

wit_bindgen::generate!({
    path: "../../../wit",
    world: "componentgraph:worlds/grpc-to-http",
    generate_all,
});

pub(crate) use wasi::clocks0_2_12::monotonic_clock;
pub(crate) use wasi::config::store;
pub(crate) use wasi::http::{outgoing_handler, types as http};
pub(crate) use wasi::io0_2_12::{poll, streams};

export!(GrpcToHttp with_types_in self);

use super::GrpcToHttp;
