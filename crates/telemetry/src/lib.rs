//! Telemetry on its way out of the pod, and back into people's hands.
//!
//! [`Channel`] carries raw gRPC messages over one connection per destination and says `ok` only
//! for what the other side acknowledged; [`Accounting`] counts what became of each record;
//! [`receiver`] is the OTLP/gRPC receiver a developer runs beside a graph. This room knows neither
//! graphs nor wasm nor Kubernetes.

pub mod accounting;
pub mod channel;
#[cfg(feature = "faulty")]
pub mod faulty;
pub mod receiver;
mod signal;

pub use accounting::{Accounting, Counters, Counts};
pub use channel::{Channel, ChannelError, ChannelOptions, Channels, Code, Reply, SendError};
pub use receiver::{Received, Receiver, ReceiverOptions};
pub use signal::Signal;
