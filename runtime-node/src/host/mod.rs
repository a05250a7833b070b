//! What the host offers to components, one folder for each family of interfaces. Each grant of the
//! ledger is linked under its slot with the settings of the component it was granted to. No folder
//! knows another, nor how the composition was made.

pub mod config_store;
pub mod grpc;
mod link;
mod sight;
pub mod wasi_http;
pub mod wasi_p2;
mod witness;

pub use link::{LinkError, link};
pub use sight::Sight;
pub use witness::{Witness, Witnesses};
