//! Artifacts' bytes and a graph in; ledger and composition, or all problems, out. Pure: it knows
//! no IO, no engine, no cluster.

mod ledger;

pub use ledger::{Export, Function, Grant, Instance, Ledger, Link, Parameter};
