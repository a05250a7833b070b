//! Names: unique, and those that are referred to exist.

use super::repeated;
use crate::manifest::{Component, Spec};
use crate::nearest::nearest;
use crate::problem::{Problem, show};
use crate::value::BUILTINS;

/// Components and capabilities share one set of names, since `imports` does not say which it means.
pub(super) fn unique(spec: &Spec) -> Vec<Problem> {
    let components = spec.components.iter().enumerate();
    let capabilities = spec.capabilities.iter().enumerate();
    let names = components
        .map(|(i, c)| (c.name.as_str(), format!("spec.components[{i}].name")))
        .chain(capabilities.map(|(i, c)| (c.name.as_str(), format!("spec.capabilities[{i}].name"))))
        .filter(|(name, _)| !name.is_empty());
    repeated(names, |name, first, field| {
        Problem::new("duplicate-name", field, format!("the name {} is used twice", show(name)))
            .expected("a name of its own for each component and capability")
            .found(format!("the same name at `{first}`"))
            .fix("rename one of the two, and the `imports` that mean it")
    })
}

pub(super) fn imports(spec: &Spec) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (i, component) in spec.components.iter().enumerate() {
        for (k, import) in component.imports.iter().enumerate() {
            let field = format!("spec.components[{i}].imports[{k}]");
            if import == &component.name && !import.as_str().is_empty() {
                problems.push(self_import(component, field));
            } else {
                problems.extend(unknown(spec, component, import.as_str(), field));
            }
        }
        let entries = component.imports.iter().enumerate();
        let entries = entries.map(|(k, n)| (n, format!("spec.components[{i}].imports[{k}]")));
        problems.extend(repeated(
            entries.filter(|(name, _)| !name.as_str().is_empty()),
            |name, _, field| {
                let message = format!("component `{}` imports `{name}` twice", component.name);
                Problem::new("duplicate-import", field, message)
                    .expected("each name once")
                    .fix("remove one of the two")
            },
        ));
    }
    problems
}

fn self_import(component: &Component, field: String) -> Problem {
    let name = &component.name;
    Problem::new("self-import", field, format!("component `{name}` imports itself"))
        .expected("another component or a capability")
        .found(format!("`{name}`"))
        .fix("remove it; a component calls its own functions without an import")
}

fn unknown(spec: &Spec, component: &Component, import: &str, field: String) -> Option<Problem> {
    if import.is_empty() || spec.component(import).is_some() || spec.capability(import).is_some() {
        return None;
    }
    let others = spec.components.iter().filter(|other| other.name != component.name);
    let names: Vec<&str> = others
        .map(|other| other.name.as_str())
        .chain(spec.capabilities.iter().map(|capability| capability.name.as_str()))
        .filter(|name| !name.is_empty())
        .collect();
    let fix = match nearest(import, names.iter().copied()) {
        Some(near) => format!("write `{near}`, or add a component or capability {}", show(import)),
        None => format!("add a component or capability {}, or remove the import", show(import)),
    };
    let message = format!(
        "component {} imports {}, which does not exist",
        show(component.name.as_str()),
        show(import)
    );
    Some(
        Problem::new("unknown-import", field, message)
            .expected(one_of(&names))
            .found(show(import))
            .fix(fix),
    )
}

/// A link decides between providers that are listed; it brings no provider of its own.
pub(super) fn links(spec: &Spec) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (i, component) in spec.components.iter().enumerate() {
        for (k, link) in component.links.iter().enumerate() {
            if link.from.as_str().is_empty() || component.imports.contains(&link.from) {
                continue;
            }
            let listed: Vec<&str> = component.imports.iter().map(|name| name.as_str()).collect();
            let exists = spec.component(link.from.as_str()).is_some()
                || spec.capability(link.from.as_str()).is_some();
            let fix = match nearest(link.from.as_str(), listed.iter().copied()) {
                Some(near) if !exists => format!("write `{near}`"),
                _ => format!("add `{}` to `imports`, or remove the link", link.from),
            };
            let message = format!(
                "component `{}` links {} from `{}`, which it does not import",
                component.name,
                show(&link.import),
                link.from
            );
            problems.push(
                Problem::new(
                    "link-not-imported",
                    format!("spec.components[{i}].links[{k}].from"),
                    message,
                )
                .expected(one_of(&listed))
                .found(show(link.from.as_str()))
                .fix(fix),
            );
        }
        let hints = component.links.iter().enumerate();
        let hints =
            hints.map(|(k, l)| (&l.import, format!("spec.components[{i}].links[{k}].import")));
        problems.extend(repeated(
            hints.filter(|(import, _)| !import.is_empty()),
            |import, _, field| {
                let message =
                    format!("component `{}` links {} twice", component.name, show(import));
                Problem::new("duplicate-link", field, message)
                    .expected("one link for each import")
                    .fix("remove one of the two")
            },
        ));
    }
    problems
}

pub(super) fn builtins(spec: &Spec) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (i, component) in spec.components.iter().enumerate() {
        let Some(builtin) = component.builtin.as_deref() else { continue };
        if builtin.is_empty() || BUILTINS.contains(&builtin) {
            continue;
        }
        let fix = match nearest(builtin, BUILTINS) {
            Some(near) => format!("write `{near}`"),
            None => "write one of them, or name the artifact by `image` or `file`".to_owned(),
        };
        let message = format!("component `{}` names an unknown builtin", component.name);
        problems.push(
            Problem::new("unknown-builtin", format!("spec.components[{i}].builtin"), message)
                .expected(one_of(&BUILTINS))
                .found(show(builtin))
                .fix(fix),
        );
    }
    problems
}

/// Long lists help nobody.
pub(super) fn one_of(names: &[&str]) -> String {
    const SHOWN: usize = 12;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| show(name)).collect();
    match names.len() {
        0 => "the name of an entry; there is no other".to_owned(),
        1 => shown.join(""),
        count if count <= SHOWN => format!("one of {}", shown.join(", ")),
        count => format!("one of {} and {} more", shown.join(", "), count - SHOWN),
    }
}
