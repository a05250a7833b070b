//! The client against servers of every temper, and real components through the linker.

mod allow;
mod client;
mod component;
mod server;
mod tls;
