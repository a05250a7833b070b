//! The only step that reads: what is there of a graph, which Services it calls, and the bytes of its
//! components. What it gives to the next step is plain data.

mod pull_secrets;
mod recent;
mod rewatch;
mod seen;
mod services;
mod sources;
mod stores;

pub(crate) use pull_secrets::{KEY as PULL_SECRET_KEY, PullSecret, pull_secrets};
pub(crate) use recent::Recent;
pub(crate) use rewatch::Rewatch;
pub(crate) use seen::{Named, Seen};
pub(crate) use services::{Service, Services, services};
pub(crate) use sources::{Artifacts, Sources};
pub(crate) use stores::{Stores, Watches, open};
