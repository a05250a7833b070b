//! What starts invocations: HTTP requests, or a command that calls one function many times. No
//! trigger knows the engine.

pub mod admin;
pub mod http;
pub mod repeat;
mod signal;

pub use signal::stop_signal;
