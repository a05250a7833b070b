//! What can be said about a graph without its artifacts: whether names exist, are unique, and lead
//! in circles, and whether limits can be kept. It sees the types alone; places are found by the field
//! path.

mod cycle;
mod name;
mod operation;
mod room;
mod route;

use std::collections::BTreeMap;

use crate::manifest::ComponentGraph;
use crate::problem::Problem;

pub use room::too_many_invocations;

/// All problems at once, in no particular order. Empty names stand for what could not be read and
/// are passed over.
pub(crate) fn check(graph: &ComponentGraph) -> Vec<Problem> {
    let spec = &graph.spec;
    let mut problems = Vec::new();
    problems.extend(name::unique(spec));
    problems.extend(name::imports(spec));
    problems.extend(name::links(spec));
    problems.extend(name::builtins(spec));
    problems.extend(cycle::cycles(spec));
    problems.extend(route::routes(spec));
    problems.extend(operation::operation(spec));
    problems.extend(room::room(spec));
    problems
}

/// Reports each entry whose key an earlier entry already has.
fn repeated<K: Ord>(
    keys: impl IntoIterator<Item = (K, String)>,
    problem: impl Fn(&K, &str, &str) -> Problem,
) -> Vec<Problem> {
    let mut seen: BTreeMap<K, String> = BTreeMap::new();
    let mut problems = Vec::new();
    for (key, field) in keys {
        match seen.get(&key) {
            Some(first) => problems.push(problem(&key, first, &field)),
            None => {
                seen.insert(key, field);
            }
        }
    }
    problems
}
