//! Finds the function that a short name means, among the exports of a ledger.

use thiserror::Error;

use crate::interface::InterfaceName;
use crate::ledger::{Export, Function, Ledger};
use crate::nearest::nearest;

/// Why a name means no function.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FindError {
    #[error("there is no component `{name}`{}", hint(.nearest))]
    UnknownComponent { name: String, nearest: Option<String> },
    #[error(
        "component `{component}` exports no function `{name}`; it exports {}{}",
        list(.candidates),
        hint(.nearest)
    )]
    UnknownFunction {
        component: String,
        name: String,
        nearest: Option<String>,
        /// Everything that can be called.
        candidates: Vec<String>,
    },
    #[error("`{name}` of component `{component}` may mean {}", list(.candidates))]
    Ambiguous {
        component: String,
        name: String,
        /// Full names, each of which is unambiguous. Where a component occurs for each consumer,
        /// with the instance in front.
        candidates: Vec<String>,
    },
}

fn hint(nearest: &Option<String>) -> String {
    nearest.as_ref().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

fn list(names: &[String]) -> String {
    match names {
        [] => "nothing".to_owned(),
        names => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
    }
}

/// Looks up `log`, `test.log` or `modulewise:otel-example/test#log` (with or without a version)
/// in a component, named by its name or, where it occurs for each consumer, by an instance id.
pub fn find<'l>(
    ledger: &'l Ledger,
    component: &str,
    function: &str,
) -> Result<(&'l Export, &'l Function), FindError> {
    if !ledger.instances.iter().any(|i| i.component == component || i.id == component) {
        let names = ledger.instances.iter().map(|instance| instance.component.as_str());
        return Err(FindError::UnknownComponent {
            name: component.to_owned(),
            nearest: nearest(component, names),
        });
    }
    let of_component =
        |export: &&Export| export.component == component || export.instance == component;
    let all: Vec<_> = ledger
        .exports
        .iter()
        .filter(of_component)
        .flat_map(|export| export.functions.iter().map(move |function| (export, function)))
        .collect();
    let found: Vec<_> = all.iter().copied().filter(|pair| means(function, *pair)).collect();
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(unknown(component, function, &all)),
        several => Err(FindError::Ambiguous {
            component: component.to_owned(),
            name: function.to_owned(),
            candidates: candidates(several),
        }),
    }
}

/// The full name of a function: `modulewise:otel-example/test#log`, or just `log`.
pub(crate) fn full_name(export: &Export, function: &Function) -> String {
    match &export.interface {
        Some(interface) => format!("{interface}#{}", function.name),
        None => function.name.clone(),
    }
}

fn means(text: &str, (export, function): (&Export, &Function)) -> bool {
    if text == function.name {
        return true;
    }
    let Some(interface) = &export.interface else { return false };
    let name = InterfaceName::parse(interface);
    if let Some((path, last)) = text.rsplit_once('#') {
        return last == function.name && (path == interface || path == name.path);
    }
    // The name of a method holds a dot itself, so the interface is what comes before the first.
    text.split_once('.').is_some_and(|(short, last)| last == function.name && short == name.short())
}

fn unknown(component: &str, name: &str, all: &[(&Export, &Function)]) -> FindError {
    let full: Vec<_> = all.iter().map(|(export, function)| full_name(export, function)).collect();
    let short = all.iter().map(|(_, function)| function.name.as_str());
    let nearest = nearest(name, full.iter().map(String::as_str).chain(short));
    FindError::UnknownFunction {
        component: component.to_owned(),
        name: name.to_owned(),
        nearest,
        candidates: candidates(all),
    }
}

fn candidates(found: &[(&Export, &Function)]) -> Vec<String> {
    let several_instances =
        found.iter().any(|(export, _)| found.iter().any(|(o, _)| o.instance != export.instance));
    let name = |(export, function): &(&Export, &Function)| match several_instances {
        true => format!("{} {}", export.instance, full_name(export, function)),
        false => full_name(export, function),
    };
    found.iter().map(name).collect()
}
