//! Forms of text that have a meaning: quantities, durations, endpoints, hosts. Each is parsed in
//! one place, for the check of the manifest and for those who use the value later.

mod collector;
mod duration;
mod endpoint;
mod host;
mod image;
mod quantity;
mod room;

pub use collector::{
    BadCollector, Collector, CollectorOrigin, DEFAULT_COLLECTOR, collector_endpoint,
};
pub use duration::{DurationError, duration};
pub use endpoint::{Endpoint, EndpointError, Scheme};
pub use host::{AllowedHost, HostError, is_link_local};
pub use image::{ImageError, ImageReference, ImageVersion};
pub use quantity::{QuantityError, quantity};
pub use room::MEMORY_OF_COMPONENT;

pub(crate) use host::is_allowed_address;
pub(crate) use room::{MOST_INVOCATIONS, most_invocations};

/// The components that are shipped with the runtime node.
pub const BUILTINS: [&str; 3] = ["hello-log", "otel-to-grpc", "grpc-to-http"];
