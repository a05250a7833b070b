//! Artifacts' bytes and a graph in; ledger and composition, or all problems, out. Pure: it knows
//! no IO, no engine, no cluster.

mod agree;
mod artifact;
mod cycle;
mod describe;
mod encode;
mod expand;
mod explain;
mod find;
mod format;
mod guard;
mod host;
mod interface;
mod layout;
mod ledger;
mod missing;
mod nearest;
mod offer;
mod origin;
mod outside;
mod plan;
mod portable;
mod reach;
mod readback;
mod resolve;
mod roster;
mod route;
mod shape;
mod shared;
mod signature;
mod slot;
mod verify;
mod wit;

pub use artifact::Artifact;
pub use describe::{DescribeError, Described, Description, ImportClass, describe, ledger_of};
pub use explain::{ExplainError, explain};
pub use find::{FindError, find};
pub use format::{Format, format};
pub use ledger::{Export, Function, Grant, Instance, Ledger, Link, Omission, Parameter};
pub use plan::{Composition, Plan, plan};
