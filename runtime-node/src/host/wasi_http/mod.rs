//! `wasi:http/outgoing-handler` for components: who may be reached (`allow`), how names become
//! addresses (`resolve`), over which connections a request goes (`client`, `pool`), what the
//! response body reports while the guest reads it (`body`), what went wrong in `wasi:http` words
//! (`errors`), what the host itself saw of telemetry calls (`call`), and how all of it is offered
//! under a slot (`hooks`, `link`). Knows nothing of graphs and capabilities: whoever links decides
//! which client a slot gets.

mod allow;
mod body;
mod call;
mod client;
mod errors;
mod hooks;
mod link;
mod pool;
mod resolve;
#[cfg(test)]
mod tests;

pub use allow::{AllowError, AllowList, COLLECTOR, Refusal};
pub use client::{Client, Limits};
pub use hooks::{HttpState, HttpView};
pub use link::{link_outgoing, link_types};
