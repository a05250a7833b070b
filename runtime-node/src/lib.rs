//! The runtime node: load → engine → instances ← triggers, with the host's interfaces beside them.
//! It runs one graph and knows nothing of the cluster that may have started it.

pub mod cli;
pub mod engine;
pub mod host;
pub mod instances;
pub mod live;
pub mod load;
pub mod metrics;
pub mod node;
mod plain;
pub mod serve;
pub mod settings;
pub mod triggers;
pub mod values;
