//! The layout for runtimes that know no slots: standard names and one export. Only for graphs in
//! which that takes no privilege apart.

use std::collections::{BTreeMap, BTreeSet};

use graph::{Component, Problem};
use wac_graph::types::Types;

use crate::interface::{Fit, InterfaceName, fit, track};
use crate::layout::{Argument, Layout};
use crate::ledger::{Export, Grant, Ledger};
use crate::nearest::nearest;
use crate::shared::{Reach, SharedImports};

/// Called by the node after each invocation, never by other runtimes.
const DELIVERY: &str = "componentgraph:lifecycle/delivery";

/// Interfaces that would be granted to all components alike, though the graph says otherwise.
pub(crate) fn differing(ledger: &Ledger, components: &[Component]) -> Vec<Problem> {
    let mut by_interface: BTreeMap<String, Vec<&Grant>> = BTreeMap::new();
    for grant in &ledger.grants {
        if grant.slot.is_some() && !grant.instance.is_empty() {
            by_interface.entry(track(&grant.interface)).or_default().push(grant);
        }
    }
    by_interface.values().filter_map(|grants| difference(grants, components)).collect()
}

fn difference(grants: &[&Grant], components: &[Component]) -> Option<Problem> {
    let first = grants.first()?;
    let settings = |grant: &Grant| {
        let component = components.iter().find(|c| c.name.as_str() == grant.component)?;
        let personal = match InterfaceName::parse(&grant.interface).path {
            "wasi:config/store" => (Some((&component.config, &component.config_from)), None),
            "wasi:cli/environment" => (None, Some(&component.env)),
            _ => (None, None),
        };
        Some(personal)
    };
    let other = grants
        .iter()
        .find(|grant| grant.capability != first.capability || settings(grant) != settings(first))?;
    let through = |grant: &Grant| match &grant.capability {
        Some(capability) => format!("`{}` through `{capability}`", grant.component),
        None => format!("`{}` with its own settings", grant.component),
    };
    let message = format!(
        "`{}` is granted to {} and to {}; other runtimes would give all components the same",
        first.interface,
        through(first),
        through(other)
    );
    let problem = Problem::new("not-portable", "spec.components", message);
    Some(problem.fix("compose without --portable, or grant both alike"))
}

/// The one export that is meant.
pub(crate) fn choose(
    ledger: &Ledger,
    component: Option<&str>,
    interface: Option<&str>,
) -> Result<Export, Vec<Problem>> {
    let provides: BTreeSet<_> = ledger.links.iter().map(|link| link.provider.as_str()).collect();
    let of_component = |export: &&Export| match component {
        Some(name) => export.component == name || export.instance == name,
        None => !provides.contains(export.instance.as_str()),
    };
    let of_interface = |export: &&Export| {
        let name = export.interface.as_deref().unwrap_or_default();
        match interface {
            Some(text) => means(text, export),
            None => InterfaceName::parse(name).path != DELIVERY,
        }
    };
    let found: Vec<_> = ledger.exports.iter().filter(of_component).filter(of_interface).collect();
    match found.as_slice() {
        [one] => Ok((*one).clone()),
        [] => Err(vec![unknown(ledger, component, interface)]),
        several => {
            let names: Vec<_> = several.iter().map(|export| label(export)).collect();
            let message = "several exports could be meant, and a portable composition has one";
            let problem = Problem::new("ambiguous-export", "spec.components", message)
                .expected("one component and interface")
                .found(names.join(", "))
                .fix("name the component and the interface");
            Err(vec![problem])
        }
    }
}

fn means(text: &str, export: &Export) -> bool {
    match &export.interface {
        Some(name) => {
            let parsed = InterfaceName::parse(name);
            text == parsed.path || text == parsed.short() || fit(text, name) == Some(Fit::Fits)
        }
        None => export.functions.iter().any(|function| function.name == text),
    }
}

fn unknown(ledger: &Ledger, component: Option<&str>, interface: Option<&str>) -> Problem {
    let names: Vec<_> = ledger.exports.iter().map(label).collect();
    let wanted = [component, interface].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let message = format!("there is no export `{wanted}` that a portable composition could have");
    let problem = Problem::new("unknown-export", "spec.components", message)
        .expected(format!("one of {}", names.join(", ")));
    match nearest(&wanted, names.iter().map(String::as_str)) {
        Some(nearest) => problem.fix(format!("did you mean `{nearest}`?")),
        None => problem,
    }
}

fn label(export: &Export) -> String {
    let functions = || export.functions.iter().map(|function| function.name.as_str());
    match &export.interface {
        Some(interface) => format!("{} {interface}", export.instance),
        None => format!("{} {}", export.instance, functions().collect::<String>()),
    }
}

/// Makes every host import a shared one, and drops all exports but the chosen one.
pub(crate) fn merge(layout: &mut Layout, types: &Types, chosen: &Export) {
    let mut shared = SharedImports::default();
    for interface in layout.shared.iter().flat_map(|shared| &shared.interfaces) {
        shared.add(types, *interface, Reach::All);
    }
    for (_, argument) in layout.parts.values_mut().flat_map(|part| &mut part.arguments) {
        if let Argument::Slot { interface, .. } | Argument::Types { interface } = argument {
            shared.add(types, *interface, Reach::All);
            *argument = Argument::Shared;
        }
    }
    for grant in &mut layout.ledger.grants {
        let root = shared.of(&grant.interface).filter(|root| root.substance);
        grant.slot = root.map(|root| root.name.clone());
    }
    layout.shared = shared;
    let standard = |export: &Export| match (&export.interface, export.functions.first()) {
        (Some(interface), _) => interface.clone(),
        (None, Some(function)) => function.name.clone(),
        (None, None) => export.slot.clone(),
    };
    layout.exports.retain(|export| export.slot == chosen.slot);
    layout.ledger.exports.retain(|export| export.slot == chosen.slot);
    for export in &mut layout.exports {
        export.slot = standard(chosen);
    }
    for export in &mut layout.ledger.exports {
        export.slot = standard(chosen);
    }
}
