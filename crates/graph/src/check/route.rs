//! Routes: their components exist, and no two answer the same request.

use super::name::one_of;
use super::repeated;
use crate::manifest::{Route, Spec};
use crate::nearest::nearest;
use crate::problem::{Problem, show};

pub(super) fn routes(spec: &Spec) -> Vec<Problem> {
    let Some(http) = &spec.http else { return Vec::new() };
    let routes = || http.routes.iter().enumerate();
    let mut problems: Vec<Problem> =
        routes().filter_map(|(i, route)| unknown_component(spec, i, route)).collect();
    let names = routes().map(|(i, r)| (r.name.as_str(), format!("spec.http.routes[{i}].name")));
    problems.extend(repeated(names.filter(|(name, _)| !name.is_empty()), |name, first, field| {
        Problem::new("duplicate-name", field, format!("two routes are named {}", show(name)))
            .expected("a name of its own for each route")
            .found(format!("the same name at `{first}`"))
            .fix("rename one of the two")
    }));
    let requests = routes()
        .filter(|(_, route)| !route.path.is_empty())
        .map(|(i, r)| ((r.method, shape_of(&r.path)), format!("spec.http.routes[{i}].path")));
    problems.extend(repeated(requests, |(method, shape), first, field| {
        let message = format!("two routes answer `{} {shape}`", method.as_str());
        Problem::new("duplicate-route", field, message)
            .expected("one route for each method and path; names of captures do not differ")
            .found(format!("the same at `{first}`"))
            .fix("remove one of the two, or change its method or path")
    }));
    problems
}

/// The path with its captures made equal.
fn shape_of(path: &str) -> String {
    let segments =
        path.split('/').map(|segment| if segment.starts_with('{') { "{}" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

fn unknown_component(spec: &Spec, index: usize, route: &Route) -> Option<Problem> {
    let name = route.component.as_str();
    if name.is_empty() || spec.component(name).is_some() {
        return None;
    }
    let known: Vec<&str> =
        spec.components.iter().map(|c| c.name.as_str()).filter(|name| !name.is_empty()).collect();
    let what = if spec.capability(name).is_some() {
        "which is a capability, not a component"
    } else {
        "which does not exist"
    };
    let fix = match nearest(name, known.iter().copied()) {
        Some(near) => format!("write `{near}`"),
        None => "write the name of a component".to_owned(),
    };
    let message = format!("route {} leads to {}, {what}", show(route.name.as_str()), show(name));
    Some(
        Problem::new("unknown-component", format!("spec.http.routes[{index}].component"), message)
            .expected(one_of(&known))
            .found(show(name))
            .fix(fix),
    )
}
