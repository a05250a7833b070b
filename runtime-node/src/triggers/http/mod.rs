//! The HTTP trigger: a request finds its route, its parts become arguments, the function's result
//! becomes the response. It knows nothing of engines, stores and collectors: what calls the
//! function is an [`Invoke`].

mod connection;
mod front;
mod invoke;
mod media;
mod request;
mod response;
mod router;
mod server;

#[cfg(test)]
mod tests;

pub use front::{Front, Target};
pub use invoke::Invoke;
pub use request::RequestLimits;
pub use response::HttpResponse;
pub use server::{Answer, BindError, Current, Drained, Server, Timing};
