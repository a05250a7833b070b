//! How often each component occurs: once when `Shared`, once for each consumer when `PerConsumer`.
//! Expects wiring without cycles.

use std::collections::BTreeMap;

use graph::{Instances, Problem};

use crate::resolve::{Source, Wiring};
use crate::roster::{Member, Roster};

/// `PerConsumer` components that use each other multiply; this is where it ends.
const MOST: usize = 1024;

/// One occurrence of a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Occurrence {
    /// Position in the roster.
    pub(crate) position: usize,
    /// Name of the consuming component of a `PerConsumer` occurrence.
    pub(crate) consumer: Option<String>,
}

/// All occurrences by id.
pub(crate) type Occurrences = BTreeMap<String, Occurrence>;

/// The id of the occurrence of `provider` that the occurrence `consumer` uses.
pub(crate) fn provider_id(provider: &Member<'_>, consumer: &str) -> String {
    match provider.spec.instances() {
        Instances::Shared => provider.name().to_owned(),
        Instances::PerConsumer => format!("{}@{consumer}", provider.name()),
    }
}

pub(crate) fn expand(roster: &Roster<'_>, wiring: &Wiring) -> Result<Occurrences, Vec<Problem>> {
    let mut occurrences = Occurrences::new();
    let mut open: Vec<(String, Occurrence)> = Vec::new();
    for (position, member) in roster.members.iter().enumerate() {
        let alone = member.spec.instances() == Instances::Shared || !is_consumed(wiring, position);
        if alone {
            open.push((member.name().to_owned(), Occurrence { position, consumer: None }));
        }
    }
    while let Some((id, occurrence)) = open.pop() {
        if occurrences.len() >= MOST {
            return Err(vec![too_many(roster, &occurrence)]);
        }
        let consumer = roster.member(occurrence.position).map(|member| member.name().to_owned());
        for position in consumed(wiring, occurrence.position) {
            let Some(provider) = roster.member(position) else { continue };
            let provider_id = provider_id(provider, &id);
            let per_consumer = provider.spec.instances() == Instances::PerConsumer;
            if per_consumer && !occurrences.contains_key(&provider_id) {
                let consumer = consumer.clone();
                open.push((provider_id, Occurrence { position, consumer }));
            }
        }
        occurrences.insert(id, occurrence);
    }
    Ok(occurrences)
}

fn consumed(wiring: &Wiring, position: usize) -> impl Iterator<Item = usize> {
    wiring.get(position).into_iter().flatten().filter_map(|wire| match wire.source {
        Source::Component { position, .. } => Some(position),
        _ => None,
    })
}

fn is_consumed(wiring: &Wiring, position: usize) -> bool {
    (0..wiring.len()).any(|consumer| consumed(wiring, consumer).any(|at| at == position))
}

fn too_many(roster: &Roster<'_>, occurrence: &Occurrence) -> Problem {
    let member = roster.member(occurrence.position);
    let field = member.map_or("spec.components".to_owned(), |member| member.field(".instances"));
    let message =
        format!("`PerConsumer` components that use each other make more than {MOST} instances");
    Problem::new("too-many-instances", field, message)
        .expected(format!("at most {MOST} instances"))
        .fix("let some of them be `Shared`")
}
