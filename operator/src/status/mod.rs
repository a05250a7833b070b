//! What is said about a graph, from what was found and done. Pure: the clock is given, and nothing
//! changes unless the facts did.

mod conditions;
mod rollout;
mod trouble;
mod wiring;

use graph::{CompositionStatus, RevisionStatus, Status};

use crate::build;
use crate::refusal::Refusal;
pub(crate) use rollout::Rollout;
pub(crate) use trouble::{Trouble, troubles};
pub(crate) use wiring::Wiring;

/// Everything a status is made from.
#[derive(Clone, Debug)]
pub(crate) struct Facts<'a> {
    pub name: &'a str,
    pub namespace: &'a str,
    pub generation: i64,
    /// What stopped the newest spec, if anything.
    pub refusal: Option<Refusal>,
    /// What the newest spec came to; `None` when it was refused.
    pub rolled: Option<Rolled>,
    /// Pods as they are, of whatever revision.
    pub rollout: Option<Rollout>,
    /// What is wrong with pods.
    pub troubles: Vec<Trouble>,
    /// Whether requests have somewhere to go.
    pub has_routes: bool,
    /// Number of components of the spec, as far as it can be read.
    pub components_total: Option<usize>,
    /// Stored revisions, the newest first.
    pub revisions: Vec<RevisionStatus>,
}

/// A graph whose objects were accepted.
#[derive(Clone, Debug)]
pub(crate) struct Rolled {
    pub revision: String,
    pub composition: String,
    pub image: String,
    /// `None` keeps what the old status says: it is the same revision.
    pub wiring: Option<Wiring>,
}

/// The new status. `now` is used where something turned.
pub(crate) fn status(old: Option<&Status>, facts: &Facts<'_>, now: &str) -> Status {
    let mut status = old.cloned().unwrap_or_default();
    status.observed_generation = facts.generation;
    if let Some(total) = facts.components_total {
        status.components_total = u32::try_from(total).unwrap_or(u32::MAX);
    }
    if let Some(rolled) = &facts.rolled {
        status.revision = Some(rolled.revision.clone());
        status.composition = Some(CompositionStatus { digest: rolled.composition.clone() });
        status.image = Some(rolled.image.clone());
        status.url = facts.has_routes.then(|| build::url(facts.name, facts.namespace));
        if let Some(wiring) = &rolled.wiring {
            wiring.write(&mut status);
        }
    }
    status.revisions = facts.revisions.clone();
    status.revisions.truncate(Status::REVISIONS);
    pods(&mut status, facts);
    status.conditions = conditions::conditions(old, facts, now);
    status.summary = conditions::summary(&status);
    status
}

fn pods(status: &mut Status, facts: &Facts<'_>) {
    let none = Rollout::default();
    let rollout = facts.rollout.as_ref().unwrap_or(&none);
    status.replicas = rollout.replicas;
    status.ready_replicas = rollout.ready;
    status.pods = format!("{}/{}", rollout.ready, rollout.wanted);
    let selector = build::selector(facts.name);
    let selector = selector.iter().map(|(key, value)| format!("{key}={value}"));
    status.selector = selector.collect::<Vec<_>>().join(",");
}

#[cfg(test)]
mod tests;
