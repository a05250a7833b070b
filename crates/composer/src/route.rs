//! Whether each HTTP route leads to one function that some component exports and that HTTP can
//! call.

use graph::{Problem, Route};

use crate::find::{FindError, find};
use crate::ledger::{Function, Ledger};
use crate::nearest::nearest;
use crate::roster::Roster;

pub(crate) fn check(roster: &Roster<'_>, ledger: &Ledger) -> Vec<Problem> {
    let routes = roster.graph.spec.http.as_ref().map_or(&[][..], |http| &http.routes);
    let mut problems = Vec::new();
    for (place, route) in routes.iter().enumerate() {
        let component = route.component.as_str();
        // Without the artifact nothing is known about its functions.
        let member = roster.position(component).and_then(|position| roster.member(position));
        if member.is_none_or(|member| member.shape.is_none()) {
            continue;
        }
        match find(ledger, component, &route.function) {
            Ok((_, function)) => {
                problems.extend(inside(route, function, field(place, "function")));
                problems.extend(captures(route, function, &field(place, "path")));
            }
            Err(error) => {
                problems.push(problem(route.name.as_str(), field(place, "function"), error));
            }
        }
    }
    problems
}

fn field(place: usize, key: &str) -> String {
    format!("spec.http.routes[{place}].{key}")
}

fn inside(route: &Route, function: &Function, field: String) -> Option<Problem> {
    let reason = function.inside.as_ref()?;
    let message = format!("the function of route `{}` cannot be called by HTTP", route.name);
    let problem = Problem::new("unsupported-type", field, message).found(reason);
    Some(problem.fix("route to a function of plain values"))
}

/// What the path captures is given by name.
fn captures(route: &Route, function: &Function, field: &str) -> Vec<Problem> {
    let taken = |name: &str| function.params.iter().any(|param| param.name == name);
    let names = route.captures().filter(|name| !taken(name));
    let problem = |name| {
        let message =
            format!("route `{}` captures `{name}`, which its function does not take", route.name);
        let problem = Problem::new("unknown-capture", field, message)
            .expected(format!("a parameter of `{function}`"))
            .found(format!("{{{name}}}"));
        let known = function.params.iter().map(|param| param.name.as_str());
        match nearest(name, known) {
            Some(nearest) => problem.fix(format!("did you mean `{{{nearest}}}`?")),
            None => problem.fix("name the capture after a parameter"),
        }
    };
    names.map(problem).collect()
}

fn problem(route: &str, field: String, error: FindError) -> Problem {
    let quote =
        |names: &[String]| names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
    match error {
        FindError::UnknownComponent { name, .. } => Problem::new(
            "unknown-component",
            field,
            format!("route `{route}` leads to component `{name}`, which does not exist"),
        ),
        FindError::UnknownFunction { component, name, nearest, candidates } => {
            let message = format!(
                "route `{route}` calls `{name}`, which component `{component}` does not export"
            );
            let problem = Problem::new("unknown-function", field, message).found(name);
            let problem = match candidates.as_slice() {
                [] => problem.expected("a component that exports functions"),
                candidates => problem.expected(format!("one of {}", quote(candidates))),
            };
            match nearest {
                Some(nearest) => problem.fix(format!("did you mean `{nearest}`?")),
                None => problem,
            }
        }
        FindError::Ambiguous { component, name, candidates } => {
            let message = format!(
                "route `{route}` calls `{name}`, which `{component}` exports several times"
            );
            Problem::new("ambiguous-function", field, message)
                .expected(format!("one of {}", quote(&candidates)))
                .found(name)
                .fix("write the full name")
        }
    }
}
