//! What one entry of the graph offers for one import: the export or host interface that fits, or
//! the one that nearly does.

use crate::host;
use crate::interface::{Fit, fit, higher};
use crate::roster::{Entry, Roster};
use crate::shape::{Item, Kind};

/// An export or host interface of the same path as an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) name: String,
    pub(crate) fit: Fit,
}

/// `None` when the entry has nothing of that name, or is a component whose shape is not known.
pub(crate) fn offer(roster: &Roster<'_>, entry: Entry<'_>, import: &Item) -> Option<Offer> {
    match entry {
        Entry::Component(position) => {
            let shape = roster.member(position)?.shape.as_ref()?;
            best(shape.exports.iter().filter_map(|export| exported(import, export)))
        }
        Entry::Capability(capability) => match import.kind {
            Kind::Function(_) | Kind::Type(_) => None,
            Kind::Interface { .. } => {
                let (name, fit) = host::capability(capability.kind, &import.name)?;
                Some(Offer { name: name.to_owned(), fit })
            }
        },
    }
}

fn exported(import: &Item, export: &Item) -> Option<Offer> {
    let fit = match (import.kind, export.kind) {
        (Kind::Interface { .. }, Kind::Interface { .. }) => fit(&import.name, &export.name)?,
        (Kind::Function(_), Kind::Function(_)) if import.name == export.name => Fit::Fits,
        _ => return None,
    };
    Some(Offer { name: export.name.clone(), fit })
}

/// What fits before what does not; of two that fit alike, the higher version.
fn best(offers: impl Iterator<Item = Offer>) -> Option<Offer> {
    let rank = |fit: Fit| match fit {
        Fit::Fits => 0,
        Fit::TooOld => 1,
        Fit::PrereleaseDiffers => 2,
        Fit::OtherTrack => 3,
    };
    offers.reduce(|left, right| match rank(left.fit).cmp(&rank(right.fit)) {
        std::cmp::Ordering::Less => left,
        std::cmp::Ordering::Greater => right,
        std::cmp::Ordering::Equal if higher(&left.name, &right.name) == left.name => left,
        std::cmp::Ordering::Equal => right,
    })
}
