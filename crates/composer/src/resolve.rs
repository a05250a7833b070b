//! Finds for each import of each component the one source that satisfies it, or the problem.
//! Works on components; how often they occur in the composition is not known here.

use std::collections::BTreeSet;

use graph::{CapabilityType, Problem};

use crate::host::{self, Class};
use crate::interface::{Fit, InterfaceName};
use crate::missing;
use crate::offer::{Offer, offer};
use crate::roster::{Entry, Listed, Member, Roster};
use crate::shape::{Item, Shape};

/// Where an import comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// An export of another component, by its position in the roster.
    Component { position: usize, export: String },
    /// A slot, granted through the capability of this name.
    Capability(String),
    /// A slot that the node gives to everyone.
    Node,
    /// The one import that all components share.
    Shared,
    /// Types alone, which need no provider.
    Types,
}

/// One import with its source.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    pub(crate) import: Item,
    pub(crate) source: Source,
}

/// The wires of each member of the roster; an import with a problem has none.
pub(crate) type Wiring = Vec<Vec<Wire>>;

pub(crate) fn resolve(roster: &Roster<'_>) -> (Wiring, Vec<Problem>) {
    let mut problems = Vec::new();
    let wires = |member| match Resolver::new(roster, member) {
        Some(resolver) => {
            let (wires, found) = resolver.run();
            problems.extend(found);
            wires
        }
        None => Vec::new(),
    };
    let wiring = roster.members.iter().map(wires).collect();
    (wiring, problems)
}

/// One candidate for an import.
pub(crate) struct Candidate<'a> {
    pub(crate) listed: Listed<'a>,
    pub(crate) offer: Offer,
}

struct Resolver<'r, 'a> {
    roster: &'r Roster<'a>,
    member: &'r Member<'a>,
    shape: &'r Shape,
    /// Places in `imports` that gave something, or would have with another version.
    used: BTreeSet<usize>,
    /// Places in `links` that named an import of the component.
    hints_used: BTreeSet<usize>,
    problems: Vec<Problem>,
}

impl<'r, 'a> Resolver<'r, 'a> {
    fn new(roster: &'r Roster<'a>, member: &'r Member<'a>) -> Option<Self> {
        let shape = member.shape.as_deref()?;
        let (used, hints_used) = Default::default();
        Some(Self { roster, member, shape, used, hints_used, problems: Vec::new() })
    }

    fn run(mut self) -> (Vec<Wire>, Vec<Problem>) {
        let mut wires = Vec::new();
        for import in &self.shape.imports {
            if let Some(source) = self.source(import) {
                wires.push(Wire { import: import.clone(), source });
            }
        }
        self.report_unused();
        (wires, self.problems)
    }

    fn source(&mut self, import: &Item) -> Option<Source> {
        let candidates = self.candidates(import);
        let (fitting, near): (Vec<_>, Vec<_>) =
            candidates.into_iter().partition(|candidate| candidate.offer.fit == Fit::Fits);
        if import.types_only() {
            self.used.extend(fitting.iter().map(|candidate| candidate.listed.place));
            let shared = matches!(host::shared(&import.name), Some((_, Fit::Fits)));
            return Some(if shared { Source::Shared } else { Source::Types });
        }
        match self.hint(import) {
            Some((place, from)) => self.hinted(import, place, &from, fitting),
            None => self.unhinted(import, fitting, near),
        }
    }

    fn candidates(&self, import: &Item) -> Vec<Candidate<'a>> {
        let candidate = |listed: &Listed<'a>| {
            let offer = offer(self.roster, listed.entry, import)?;
            Some(Candidate { listed: *listed, offer })
        };
        self.member.listed.iter().filter_map(candidate).collect()
    }

    fn hint(&mut self, import: &Item) -> Option<(usize, String)> {
        let names =
            |hint: &str| hint == import.name || hint == InterfaceName::parse(&import.name).path;
        let mut hints = self.member.spec.links.iter().enumerate();
        let (place, hint) = hints.find(|(_, hint)| names(&hint.import))?;
        self.hints_used.insert(place);
        Some((place, hint.from.to_string()))
    }

    fn hinted(
        &mut self,
        import: &Item,
        place: usize,
        from: &str,
        fitting: Vec<Candidate<'a>>,
    ) -> Option<Source> {
        let named =
            |candidate: &Candidate<'_>| self.roster.entry_name(candidate.listed.entry) == from;
        match fitting.iter().find(|candidate| named(candidate)) {
            Some(candidate) => self.take(import, candidate),
            None => {
                // What the hint kept from being used is not useless for that.
                self.used.extend(fitting.iter().map(|candidate| candidate.listed.place));
                self.problems.push(missing::hint(self.member, import, place, from));
                None
            }
        }
    }

    fn unhinted(
        &mut self,
        import: &Item,
        mut fitting: Vec<Candidate<'a>>,
        near: Vec<Candidate<'a>>,
    ) -> Option<Source> {
        let from_component = fitting.iter().any(|c| matches!(c.listed.entry, Entry::Component(_)));
        if !from_component {
            if host::class(&import.name) == Class::Shared {
                return self.shared(import, &fitting);
            }
            if let Some((_, Fit::Fits)) = host::config(&import.name) {
                return Some(Source::Node);
            }
        }
        // What all components share is nobody's to grant: a component that exports it is meant.
        if from_component && host::class(&import.name) == Class::Shared {
            fitting.retain(|candidate| matches!(candidate.listed.entry, Entry::Component(_)));
        }
        // A specific capability knows better than the bundle.
        let specific = |candidate: &Candidate<'_>| match candidate.listed.entry {
            Entry::Capability(capability) => capability.kind != CapabilityType::WasiP2,
            Entry::Component(_) => false,
        };
        if fitting.iter().any(specific) {
            fitting.retain(|candidate| match candidate.listed.entry {
                Entry::Capability(_) => specific(candidate),
                Entry::Component(_) => true,
            });
        }
        match fitting.as_slice() {
            [one] => self.take(import, one),
            [] => {
                self.used.extend(near.iter().map(|candidate| candidate.listed.place));
                self.report_missing(import, &near);
                None
            }
            several => {
                self.used.extend(several.iter().map(|candidate| candidate.listed.place));
                let problem = missing::ambiguous(self.roster, self.member, import, several);
                self.problems.push(problem);
                None
            }
        }
    }

    fn shared(&mut self, import: &Item, fitting: &[Candidate<'_>]) -> Option<Source> {
        self.used.extend(fitting.iter().map(|candidate| candidate.listed.place));
        match host::shared(&import.name) {
            Some((_, Fit::Fits)) => Some(Source::Shared),
            Some((offered, fit)) => {
                self.problems.push(missing::node(self.member, import, offered, fit));
                None
            }
            None => None,
        }
    }

    fn take(&mut self, import: &Item, candidate: &Candidate<'_>) -> Option<Source> {
        self.used.insert(candidate.listed.place);
        match candidate.listed.entry {
            Entry::Component(position) => {
                Some(Source::Component { position, export: candidate.offer.name.clone() })
            }
            Entry::Capability(_) if host::class(&import.name) == Class::Shared => {
                Some(Source::Shared)
            }
            Entry::Capability(_) if host::class(&import.name) == Class::Shim => {
                self.problems.push(missing::shim(self.member, import));
                None
            }
            Entry::Capability(capability) => Some(Source::Capability(capability.name.to_string())),
        }
    }

    fn report_missing(&mut self, import: &Item, near: &[Candidate<'_>]) {
        // Whatever a component without an artifact exports might be what is missing.
        if self.member.listed.iter().any(|listed| !self.is_known(listed)) {
            return;
        }
        self.problems.push(missing::import(self.roster, self.member, import, near));
    }

    fn is_known(&self, listed: &Listed<'_>) -> bool {
        match listed.entry {
            Entry::Capability(_) => true,
            Entry::Component(position) => {
                self.roster.member(position).is_some_and(|member| member.shape.is_some())
            }
        }
    }

    fn report_unused(&mut self) {
        for listed in &self.member.listed {
            if !self.used.contains(&listed.place) && self.is_known(listed) {
                self.problems.push(missing::unused(self.roster, self.member, listed));
            }
        }
        for (place, hint) in self.member.spec.links.iter().enumerate() {
            if !self.hints_used.contains(&place) {
                self.problems.push(missing::unused_hint(self.member, place, &hint.import));
            }
        }
    }
}
