//! What a `ComponentGraph` is: its types, how it is read from YAML with positions, the checks that
//! need no artifact, and how problems are shown. Knows no IO, no wasm, no cluster client.

mod check;
#[cfg(feature = "crd")]
mod crd;
mod document;
mod manifest;
mod nearest;
mod problem;
mod read;
mod render;
mod shape;
mod status;
mod tree;
mod value;
mod walk;

pub use check::too_many_invocations;
#[cfg(feature = "crd")]
pub use crd::{GROUP, PLURAL, VERSION, crd, crd_docs, crd_yaml};
pub use document::{Document, Problems};
pub use manifest::*;
pub use nearest::nearest;
pub use problem::{Position, Problem, show};
pub use read::{Manifest, read};
pub use render::{Colour, render_json, render_text};
pub use shape::Target;
pub use status::*;
pub use value::{
    AllowedHost, BUILTINS, BadCollector, Collector, CollectorOrigin, DEFAULT_COLLECTOR,
    DurationError, Endpoint, EndpointError, HostError, ImageError, ImageReference, ImageVersion,
    MEMORY_OF_COMPONENT, QuantityError, Scheme, collector_endpoint, duration, is_link_local,
    quantity,
};
