//! The process around the reconciler: who leads, what is watched, how it is observed and stopped. It
//! knows nothing of what graphs are made of.

mod admin;
mod backoff;
mod census;
mod controller;
mod lease;
mod logs;
mod metrics;
mod requests;
mod run;
mod unchanged;

pub use backoff::{Backoff, resync};
pub use controller::{Bounds, Feed, control};
pub use lease::{Lease, LeaseError, Times};
pub use logs::init as init_logs;
pub use metrics::{Applied, Metrics};
pub use requests::Counting;
pub use run::{Election, Options, RunError, operate, run};
