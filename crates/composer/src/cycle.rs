//! Cycles among the links of components, each reported once with its whole path.

use graph::Problem;

use crate::resolve::{Source, Wiring};
use crate::roster::Roster;

/// One problem for each cycle found by a walk in the order of the roster.
pub(crate) fn check(roster: &Roster<'_>, wiring: &Wiring) -> Vec<Problem> {
    let mut walk =
        Walk { wiring, done: vec![false; wiring.len()], path: Vec::new(), cycles: vec![] };
    for position in 0..wiring.len() {
        walk.visit(position);
    }
    walk.cycles.iter().map(|cycle| problem(roster, cycle)).collect()
}

struct Walk<'a> {
    wiring: &'a Wiring,
    done: Vec<bool>,
    path: Vec<usize>,
    cycles: Vec<Vec<usize>>,
}

impl Walk<'_> {
    /// Goes as deep as there are components, which the manifest bounds.
    fn visit(&mut self, position: usize) {
        if let Some(start) = self.path.iter().position(|seen| *seen == position) {
            let mut cycle: Vec<_> = self.path.iter().skip(start).copied().collect();
            cycle.push(position);
            self.cycles.push(cycle);
            return;
        }
        if self.done.get(position).copied().unwrap_or(true) {
            return;
        }
        self.path.push(position);
        let wiring = self.wiring;
        for provider in wiring.get(position).into_iter().flat_map(|wires| providers(wires)) {
            self.visit(provider);
        }
        self.path.pop();
        if let Some(done) = self.done.get_mut(position) {
            *done = true;
        }
    }
}

fn providers(wires: &[crate::resolve::Wire]) -> Vec<usize> {
    let mut positions: Vec<_> = wires
        .iter()
        .filter_map(|wire| match wire.source {
            Source::Component { position, .. } => Some(position),
            _ => None,
        })
        .collect();
    positions.sort_unstable();
    positions.dedup();
    positions
}

fn problem(roster: &Roster<'_>, cycle: &[usize]) -> Problem {
    let names: Vec<_> =
        cycle.iter().filter_map(|at| roster.member(*at)).map(|member| member.name()).collect();
    let path = names.join(" → ");
    let field = match cycle.first().and_then(|at| roster.member(*at)) {
        Some(member) => member.field(".imports"),
        None => "spec.components".to_owned(),
    };
    Problem::new("cycle", field, format!("components import each other in a circle: {path}"))
        .expected("links that lead one way")
        .found(path)
        .fix("move what both need into a third component, or drop one of the links")
}
