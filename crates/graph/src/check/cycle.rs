//! Components that need each other in a circle. Each circle is told once, with its whole path.

use std::collections::{HashMap, VecDeque};

use crate::manifest::Spec;
use crate::problem::Problem;

pub(super) fn cycles(spec: &Spec) -> Vec<Problem> {
    let edges = edges(spec);
    let mut told = vec![false; edges.len()];
    let mut problems = Vec::new();
    for start in 0..edges.len() {
        if told.get(start).copied().unwrap_or(true) {
            continue;
        }
        let Some(path) = shortest_circle(&edges, start) else { continue };
        for index in &path {
            if let Some(told) = told.get_mut(*index) {
                *told = true;
            }
        }
        problems.extend(problem(spec, &edges, &path));
    }
    problems
}

/// For each component, the components it imports: (index in `imports`, index of the component).
/// A component that imports itself is a problem of its own, not a circle.
fn edges(spec: &Spec) -> Vec<Vec<(usize, usize)>> {
    let mut indices = HashMap::new();
    for (index, component) in spec.components.iter().enumerate() {
        indices.entry(component.name.as_str()).or_insert(index);
    }
    let targets = |(index, component): (usize, &crate::manifest::Component)| {
        let imports = component.imports.iter().enumerate();
        imports
            .filter_map(|(k, name)| Some((k, *indices.get(name.as_str())?)))
            .filter(|(_, target)| *target != index)
            .collect()
    };
    spec.components.iter().enumerate().map(targets).collect()
}

/// The shortest way from a component back to itself, beginning with it.
fn shortest_circle(edges: &[Vec<(usize, usize)>], start: usize) -> Option<Vec<usize>> {
    let mut came_from: HashMap<usize, usize> = HashMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for (_, next) in edges.get(at)? {
            if *next == start {
                let mut path = vec![at];
                let mut step = at;
                while let Some(before) = came_from.get(&step) {
                    path.push(*before);
                    step = *before;
                }
                path.reverse();
                return Some(path);
            }
            if !came_from.contains_key(next) {
                came_from.insert(*next, at);
                queue.push_back(*next);
            }
        }
    }
    None
}

fn problem(spec: &Spec, edges: &[Vec<(usize, usize)>], path: &[usize]) -> Option<Problem> {
    let (first, second) = (path.first()?, path.get(1)?);
    let (import, _) = edges.get(*first)?.iter().find(|(_, target)| target == second)?;
    let names = path.iter().chain([first]).filter_map(|index| spec.components.get(*index));
    let names: Vec<&str> = names.map(|component| component.name.as_str()).collect();
    let shown = names.join(" → ");
    let field = format!("spec.components[{first}].imports[{import}]");
    Some(
        Problem::new("cycle", field, format!("components import each other in a circle: {shown}"))
            .expected("imports that lead from component to component without coming back")
            .found(shown.clone())
            .fix("remove one of these imports; what two components share belongs in a third"),
    )
}
