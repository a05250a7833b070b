//! What a `ComponentGraph` is: its types, how it is read from YAML with positions, the checks that
//! need no artifact, and how problems are shown. Knows no IO, no wasm, no cluster client.

mod manifest;
mod problem;

pub use manifest::*;
pub use problem::{Position, Problem};
