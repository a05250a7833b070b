//! The operator: watches graphs, checks them, builds and applies their objects, writes their status.
//! Knows `graph`, `composer` and `artifacts`; nothing of how a graph is run, and no wasm engine.

mod apply;
mod build;
mod check;
mod child;
pub mod cli;
mod dereference;
mod destination;
pub mod process;
mod publish;
pub mod rbac;
mod reason;
mod reconcile;
mod refusal;
mod resource;
mod revision;
mod select;
pub mod settings;
mod status;
mod step;
mod trial;
mod unguard;
mod words;

pub use resource::Graph;
