//! The composer's phases in order: read, resolve, check, lay out; and then encode. Each phase has
//! its own file; this one only hands over.

use std::collections::BTreeMap;

use graph::{Component, ComponentGraph, Problem};
use wac_graph::CompositionGraph;

use crate::agree;
use crate::artifact::{Artifact, digest};
use crate::cycle;
use crate::encode::{self, EncodeError};
use crate::expand;
use crate::layout::{self, Layout};
use crate::ledger::Ledger;
use crate::origin::Origins;
use crate::portable;
use crate::resolve::resolve;
use crate::roster::Roster;
use crate::route;
use crate::verify::{Depth, verify};

/// A graph whose wiring is settled and checked.
pub struct Plan {
    composition: CompositionGraph,
    layout: Layout,
    /// The manifest's entries, for what depends on more than the wiring.
    components: Vec<Component>,
    /// Components without an artifact.
    missing: Vec<Problem>,
}

/// The one component made of all components of a graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composition {
    pub bytes: Vec<u8>,
    /// `sha256:…` of the bytes.
    pub digest: String,
    pub ledger: Ledger,
}

/// Wires the graph and makes every check, without encoding anything. Names in the manifest that do
/// not exist are left to the static checks of `graph`. An artifact that is missing hides what
/// depends on it and is no problem here; the plan cannot be composed then.
pub fn plan(
    graph: &ComponentGraph,
    artifacts: &BTreeMap<String, Artifact>,
) -> Result<Plan, Vec<Problem>> {
    let mut composition = CompositionGraph::new();
    let mut roster = Roster::new(graph);
    let mut problems = roster.load(&mut composition, artifacts);
    let (wiring, unresolved) = resolve(&roster);
    problems.extend(unresolved);
    let types = composition.types();
    problems.extend(agree::check(&roster, &wiring, types));
    let cycles = cycle::check(&roster, &wiring);
    if !cycles.is_empty() {
        problems.extend(cycles);
        return Err(sorted(problems));
    }
    let occurrences = match expand::expand(&roster, &wiring) {
        Ok(occurrences) => occurrences,
        Err(found) => {
            problems.extend(found);
            return Err(sorted(problems));
        }
    };
    let origins = Origins { roster: &roster, wiring: &wiring, occurrences: &occurrences, types };
    problems.extend(origins.check());
    let (layout, collisions) = layout::lay_out(&roster, &wiring, &occurrences, types);
    problems.extend(collisions);
    problems.extend(agree::check_shared(&roster, &layout.shared, types));
    problems.extend(route::check(&roster, &layout.ledger));
    if !problems.is_empty() {
        return Err(sorted(problems));
    }
    let missing = missing(&roster);
    let components = graph.spec.components.clone();
    Ok(Plan { composition, layout, components, missing })
}

impl Plan {
    pub fn ledger(&self) -> &Ledger {
        &self.layout.ledger
    }

    /// Encodes the composition and reads it back.
    pub fn compose(self) -> Result<Composition, Vec<Problem>> {
        if !self.missing.is_empty() {
            return Err(self.missing);
        }
        let bytes = encode::encode(self.composition, &self.layout)
            .map_err(|error| vec![not_encoded(error)])?;
        let depth = match self.layout.resources_linked {
            true => Depth::Structure,
            false => Depth::Outside,
        };
        let ledger = self.layout.ledger;
        verify(&bytes, &ledger, depth).map_err(|error| vec![not_verified(&error.to_string())])?;
        Ok(Composition { digest: digest(&bytes), bytes, ledger })
    }

    /// Encodes for other runtimes: imports under their standard names, and one export, of
    /// `component` (needed when several could be meant) and `interface` (likewise). Such runtimes
    /// grant an import to all components alike, so it is refused where grants differ.
    pub fn portable(
        mut self,
        component: Option<&str>,
        interface: Option<&str>,
    ) -> Result<Composition, Vec<Problem>> {
        let problems = portable::differing(&self.layout.ledger, &self.components);
        if !problems.is_empty() {
            return Err(problems);
        }
        let chosen = portable::choose(&self.layout.ledger, component, interface)?;
        portable::merge(&mut self.layout, self.composition.types(), &chosen);
        self.compose()
    }
}

fn missing(roster: &Roster<'_>) -> Vec<Problem> {
    let without = roster.members.iter().filter(|member| member.shape.is_none());
    without
        .map(|member| {
            let message = format!("component `{}` has no artifact", member.name());
            Problem::new("missing-artifact", member.field(""), message)
        })
        .collect()
}

fn not_encoded(error: EncodeError) -> Problem {
    match error {
        EncodeError::Shared { .. } => {
            Problem::new("shared-type-mismatch", "spec.components", error.to_string())
                .fix("build both components against the same declaration of the interface")
        }
        EncodeError::Refused(_) | EncodeError::Panicked => not_verified(&error.to_string()),
    }
}

fn not_verified(reason: &str) -> Problem {
    let message = format!("the components cannot be composed: {reason}");
    Problem::new("composition-failed", "spec.components", message)
}

/// By place in the manifest: numbers in a path are compared as numbers.
fn sorted(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_by_cached_key(|problem| (place(&problem.field), problem.message.clone()));
    problems
}

fn place(field: &str) -> Vec<(u64, String)> {
    let split = field.split(['.', '[', ']']).filter(|part| !part.is_empty());
    split.map(|part| (part.parse().unwrap_or(0), part.to_owned())).collect()
}
