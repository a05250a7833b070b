//! The bytes of the components of a graph: found, bounded, identified, verified. Knows `graph` and
//! nothing of how components are linked, run or deployed; no cluster client, no wasm engine.

mod access;
mod address;
mod builtin;
mod cache;
mod credentials;
mod digest;
mod fetch;
mod identify;
mod load;
mod local;
mod origin;
mod registry;
mod report;

pub use access::{Access, CacheFolder};
pub use builtin::{builtin, builtin_names};
pub use credentials::{Credentials, CredentialsError};
pub use digest::digest;
pub use identify::{Kind, identify};
pub use load::{Artifact, file, load};
pub use origin::Options;
pub use registry::{About, Published, publish};
