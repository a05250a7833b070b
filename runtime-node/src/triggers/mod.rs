//! What starts invocations: HTTP requests, or a command that calls one function many times. No
//! trigger knows the engine.

pub mod admin;
pub mod http;
mod processor;
pub mod repeat;
mod signal;

pub use processor::processor_time;
pub use signal::stop_signal;
