//! Generated from the WIT: what this component imports and exports. Knows nothing of its logic.
#![allow(unsafe_code, reason = "generated")]
#![allow(clippy::all, reason = "generated")]
#![allow(dead_code, reason = "metrics are declared whole and not yet sent")]

wit_bindgen::generate!({
    path: "../../../wit",
    world: "componentgraph:worlds/otel-to-grpc",
    generate_all,
    additional_derives: [Clone],
});

pub(crate) use exports::componentgraph::lifecycle::delivery;
pub(crate) use exports::wasi::otel0_2_0_rc_2_patch::{logs, metrics, tracing};
pub(crate) use modulewise::grpc::endpoint;
pub(crate) use wasi::clocks0_2_12::wall_clock;
pub(crate) use wasi::config::store;
pub(crate) use wasi::otel0_2_0_rc_2_patch::types;

export!(OtelToGrpc with_types_in self);

use super::OtelToGrpc;
