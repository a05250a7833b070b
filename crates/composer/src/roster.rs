//! The entries of a graph in one order that does not depend on the manifest's: by name. Everything
//! after this works on positions in the roster. It checks nothing; names that do not exist are
//! somebody else's problem and left out.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use graph::{Capability, Component, ComponentGraph, Problem};
use wac_graph::CompositionGraph;

use crate::artifact::Artifact;
use crate::shape::{self, Shape, ShapeError};

pub(crate) struct Roster<'a> {
    pub(crate) graph: &'a ComponentGraph,
    pub(crate) members: Vec<Member<'a>>,
}

/// One component.
pub(crate) struct Member<'a> {
    pub(crate) spec: &'a Component,
    /// Position in `spec.components`.
    pub(crate) place: usize,
    pub(crate) listed: Vec<Listed<'a>>,
    /// `None` when the artifact is missing or was refused.
    pub(crate) shape: Option<Arc<Shape>>,
}

impl Member<'_> {
    pub(crate) fn name(&self) -> &str {
        self.spec.name.as_str()
    }

    /// A path into this component, such as `spec.components[1].imports`.
    pub(crate) fn field(&self, rest: &str) -> String {
        format!("spec.components[{}]{rest}", self.place)
    }
}

/// One name of `imports`.
#[derive(Clone, Copy)]
pub(crate) struct Listed<'a> {
    /// Position in `imports`.
    pub(crate) place: usize,
    pub(crate) entry: Entry<'a>,
}

#[derive(Clone, Copy)]
pub(crate) enum Entry<'a> {
    /// Position in the roster.
    Component(usize),
    Capability(&'a Capability),
}

impl<'a> Roster<'a> {
    pub(crate) fn new(graph: &'a ComponentGraph) -> Self {
        let mut by_name = BTreeMap::new();
        for (place, spec) in graph.spec.components.iter().enumerate() {
            by_name.entry(spec.name.as_str()).or_insert((place, spec));
        }
        let positions: HashMap<_, _> =
            by_name.keys().enumerate().map(|(position, name)| (*name, position)).collect();
        let entry = |name: &str| match positions.get(name) {
            Some(position) => Some(Entry::Component(*position)),
            None => graph.spec.capability(name).map(Entry::Capability),
        };
        let member = |(place, spec): (usize, &'a Component)| {
            let names = spec.imports.iter().enumerate();
            let listed = names
                .filter_map(|(place, name)| {
                    entry(name.as_str()).map(|entry| Listed { place, entry })
                })
                .collect();
            Member { spec, place, listed, shape: None }
        };
        Self { graph, members: by_name.into_values().map(member).collect() }
    }

    /// Reads each distinct artifact once, in the order of the roster.
    pub(crate) fn load(
        &mut self,
        composition: &mut CompositionGraph,
        artifacts: &BTreeMap<String, Artifact>,
    ) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut known: HashMap<&str, Result<Arc<Shape>, (&'static str, String)>> = HashMap::new();
        for member in &mut self.members {
            let Some(artifact) = artifacts.get(member.name()) else { continue };
            let read = known.entry(artifact.digest.as_str()).or_insert_with(|| {
                shape::read(composition, artifact).map(Arc::new).map_err(|error| {
                    let code = match &error {
                        ShapeError::NotAComponent(_) => "not-a-component",
                        ShapeError::Unreadable(_) => "unreadable-component",
                        ShapeError::Unsupported(_) => "unsupported-shape",
                    };
                    (code, error.to_string())
                })
            });
            match read {
                Ok(shape) => member.shape = Some(Arc::clone(shape)),
                Err((code, text)) => problems.push(refused(member, code, text)),
            }
        }
        problems
    }

    pub(crate) fn member(&self, position: usize) -> Option<&Member<'a>> {
        self.members.get(position)
    }

    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.members.binary_search_by(|member| member.name().cmp(name)).ok()
    }

    /// The name of an entry.
    pub(crate) fn entry_name<'s>(&'s self, entry: Entry<'s>) -> &'s str {
        match entry {
            Entry::Component(position) => self.member(position).map_or("", Member::name),
            Entry::Capability(capability) => capability.name.as_str(),
        }
    }

    /// All entries of the graph, components first.
    pub(crate) fn entries(&self) -> impl Iterator<Item = Entry<'a>> {
        let components = (0..self.members.len()).map(Entry::Component);
        components.chain(self.graph.spec.capabilities.iter().map(Entry::Capability))
    }
}

fn refused(member: &Member<'_>, code: &'static str, text: &str) -> Problem {
    let message = format!("the artifact of component `{}` {text}", member.name());
    let problem = Problem::new(code, member.field(""), message);
    match code {
        "unsupported-shape" => {
            problem.fix("import it through an interface of functions, values and resources")
        }
        "unreadable-component" => problem.fix("build or fetch it again"),
        _ => problem.fix("build it as a component, for example with `wasm-tools component new`"),
    }
}
