//! Whether each HTTP route leads to one function that some component exports.

use graph::Problem;

use crate::find::{FindError, find};
use crate::ledger::Ledger;
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
        if let Err(error) = find(ledger, component, &route.function) {
            let field = format!("spec.http.routes[{place}].function");
            problems.push(problem(route.name.as_str(), field, error));
        }
    }
    problems
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
