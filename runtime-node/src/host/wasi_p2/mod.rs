//! The WASI 0.2 families without network authority. What carries authority is linked once for each
//! component; io, clocks, random and the methods of resources are shared by all.

mod cli;
mod error;
mod filesystem;
mod shared;
mod stdio;

pub use cli::{Environment, link_environment, link_exit, link_stdio, link_terminal};
pub use filesystem::{Directory, link_preopens};
pub use shared::link_shared;
pub use stdio::Style;
