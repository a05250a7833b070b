//! The bytes of the components of a graph: found, bounded, identified, verified. Knows `graph` and
//! nothing of how components are linked, run or deployed; no cluster client, no wasm engine.

mod builtin;
mod digest;
mod fetch;
mod identify;
mod load;
mod local;
mod origin;
mod report;

pub use builtin::{builtin, builtin_names};
pub use digest::digest;
pub use identify::{Kind, identify};
pub use load::{Artifact, load};
pub use origin::Options;
