//! Why a link or grant exists, or why not, in sentences. Reads the manifest for what was asked and
//! the ledger for what came of it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use graph::{CapabilityType, Component, ComponentGraph};
use thiserror::Error;

use crate::host;
use crate::interface::{InterfaceName, fit};
use crate::ledger::{Grant, Ledger, Link};
use crate::nearest::nearest;

/// A name that means nothing in the graph.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the graph has no {what} `{name}`{}", .nearest.as_ref().map(|n| format!("; did you mean `{n}`?")).unwrap_or_default())]
pub struct ExplainError {
    pub what: &'static str,
    pub name: String,
    pub nearest: Option<String>,
}

/// Explains everything about the entry `from`, or what leads from it to `to`: a component, a
/// capability, or an interface. Ends with a line feed.
pub fn explain(
    graph: &ComponentGraph,
    ledger: &Ledger,
    from: &str,
    to: Option<&str>,
) -> Result<String, ExplainError> {
    let explainer = Explainer { graph, ledger };
    let mut lines = match (graph.spec.component(from), graph.spec.capability(from), to) {
        (Some(component), _, None) => explainer.component(component),
        (Some(component), _, Some(to)) => explainer.pair(component, to)?,
        (None, Some(capability), None) => {
            explainer.capability(capability.name.as_str(), capability.kind)
        }
        (None, Some(_), Some(to)) => match graph.spec.component(to) {
            // Grants lead from components to capabilities; the other way is meant too.
            Some(component) => explainer.pair(component, from)?,
            None => return Err(explainer.unknown("component", to)),
        },
        (None, None, _) => return Err(explainer.unknown("component or capability", from)),
    };
    lines.push(String::new());
    Ok(lines.join("\n"))
}

struct Explainer<'a> {
    graph: &'a ComponentGraph,
    ledger: &'a Ledger,
}

impl<'a> Explainer<'a> {
    fn unknown(&self, what: &'static str, name: &str) -> ExplainError {
        let spec = &self.graph.spec;
        let components = spec.components.iter().map(|component| component.name.as_str());
        let capabilities = spec.capabilities.iter().map(|capability| capability.name.as_str());
        let nearest = nearest(name, components.chain(capabilities));
        ExplainError { what, name: name.to_owned(), nearest }
    }

    fn ids(&self, component: &str) -> BTreeSet<&'a str> {
        let instances = self.ledger.instances.iter();
        instances.filter(|i| i.component == component).map(|i| i.id.as_str()).collect()
    }

    fn links_of(&self, component: &str) -> impl Iterator<Item = &'a Link> {
        let ids = self.ids(component);
        self.ledger.links.iter().filter(move |link| ids.contains(link.consumer.as_str()))
    }

    fn grants_of(&self, component: &str) -> impl Iterator<Item = &'a Grant> {
        let component = component.to_owned();
        self.ledger.grants.iter().filter(move |grant| grant.component == component)
    }

    fn component(&self, component: &Component) -> Vec<String> {
        let name = component.name.as_str();
        let listed: Vec<_> = component.imports.iter().map(|name| format!("`{name}`")).collect();
        let mut lines = vec![match listed.is_empty() {
            true => format!("`{name}` lists no imports."),
            false => format!("`{name}` lists {}.", listed.join(", ")),
        }];
        lines.extend(self.links_of(name).map(|link| self.link(component, link)));
        lines.extend(self.grants_of(name).map(|grant| self.grant(component, grant)));
        let ids = self.ids(name);
        let used = self.ledger.links.iter().filter(|link| ids.contains(link.provider.as_str()));
        lines.extend(used.map(|link| {
            format!("`{}` uses its `{}` as `{}`.", link.consumer, link.export, link.interface)
        }));
        lines
    }

    fn capability(&self, name: &str, kind: CapabilityType) -> Vec<String> {
        let mut lines = vec![format!(
            "`{name}` is a capability of type `{}`. It provides {}.",
            kind.as_str(),
            host::interfaces(kind).join(", ")
        )];
        let granted = self.ledger.grants.iter();
        let granted = granted.filter(|grant| grant.capability.as_deref() == Some(name));
        lines.extend(
            granted.map(|grant| format!("`{}` may use `{}`.", grant.instance, grant.interface)),
        );
        lines
    }

    fn link(&self, component: &Component, link: &Link) -> String {
        let provider = self.component_of(&link.provider);
        let version = match link.interface == link.export {
            true => String::new(),
            false => format!(" (as `{}`, which fits)", link.export),
        };
        let choice = match hinted(component, &link.interface) {
            Some(from) if from == provider => ", and its `links` decides for it",
            _ => "",
        };
        format!(
            "`{}` → `{}`: `{}` is linked because `{}` lists `{provider}`, which exports \
             it{version}{choice}.",
            link.consumer, link.provider, link.interface, component.name
        )
    }

    fn grant(&self, component: &Component, grant: &Grant) -> String {
        let head = format!("`{}`: `{}`", grant.instance, grant.interface);
        match (&grant.capability, &grant.slot) {
            (Some(capability), _) => format!(
                "{head} is granted because `{}` lists the capability `{capability}`, which \
                 provides it.",
                component.name
            ),
            (None, Some(_)) => {
                format!("{head} is given by the node to every component, each with its own values.")
            }
            (None, None) => format!("{head} holds types only and needs no provider."),
        }
    }

    fn component_of(&self, id: &str) -> &'a str {
        let instance = self.ledger.instances.iter().find(|instance| instance.id == id);
        instance.map_or("", |instance| instance.component.as_str())
    }

    fn pair(&self, component: &Component, to: &str) -> Result<Vec<String>, ExplainError> {
        let name = component.name.as_str();
        let spec = &self.graph.spec;
        if spec.component(to).is_none() && spec.capability(to).is_none() {
            return match to.contains(':') {
                true => Ok(self.interface(component, to)),
                false => Err(self.unknown("component, capability or interface", to)),
            };
        }
        let targets = self.ids(to);
        let links = self.links_of(name).filter(|link| targets.contains(link.provider.as_str()));
        let mut lines: Vec<_> = links.map(|link| self.link(component, link)).collect();
        let grants = self.grants_of(name).filter(|grant| grant.capability.as_deref() == Some(to));
        lines.extend(grants.map(|grant| self.grant(component, grant)));
        if lines.is_empty() {
            lines = self.nothing_between(component, to);
        }
        Ok(lines)
    }

    fn interface(&self, component: &Component, interface: &str) -> Vec<String> {
        let name = component.name.as_str();
        let means = |other: &str| {
            fit(interface, other).is_some() || InterfaceName::parse(other).path == interface
        };
        let links = self.links_of(name).filter(|link| means(&link.interface));
        let mut lines: Vec<_> = links.map(|link| self.link(component, link)).collect();
        let grants = self.grants_of(name).filter(|grant| means(&grant.interface));
        lines.extend(grants.map(|grant| self.grant(component, grant)));
        let shared = self.ledger.grants.iter().filter(|grant| grant.instance.is_empty());
        lines.extend(shared.filter(|grant| means(&grant.interface)).map(|grant| {
            format!(
                "`{}` carries no authority of its own; the graph imports it once for all its \
                 components that need it.",
                grant.interface
            )
        }));
        if lines.is_empty() {
            lines.push(format!("`{name}` does not import `{interface}`, so it is given nothing."));
        }
        lines
    }

    /// Why there is neither link nor grant.
    fn nothing_between(&self, component: &Component, to: &str) -> Vec<String> {
        let name = component.name.as_str();
        if component.imports.iter().any(|listed| listed.as_str() == to) {
            return vec![format!(
                "`{name}` lists `{to}`, and uses nothing of it but what all components share."
            )];
        }
        let mut lines = vec![format!(
            "There is no link from `{name}` to `{to}`: `{name}` does not list it, and a component \
             gets only what it lists itself."
        )];
        if let Some(path) = self.path(name, to) {
            lines.push(format!(
                "It is reached only through others: {}. Nothing of that is inherited by `{name}`.",
                path.join(" → ")
            ));
        }
        lines
    }

    /// The shortest way along listed names.
    fn path(&self, from: &str, to: &str) -> Option<Vec<String>> {
        let mut before: BTreeMap<&str, &str> = BTreeMap::new();
        let start = self.graph.spec.component(from)?.name.as_str();
        let mut open = VecDeque::from([start]);
        while let Some(name) = open.pop_front() {
            if name == to {
                let back = std::iter::successors(Some(name), |at| before.get(at).copied());
                let mut path: Vec<_> = back.map(|at| format!("`{at}`")).collect();
                path.reverse();
                return Some(path);
            }
            let imports = self.graph.spec.component(name).map_or(&[][..], |c| &c.imports);
            for next in imports {
                let next = next.as_str();
                if next != start && !before.contains_key(next) {
                    before.insert(next, name);
                    open.push_back(next);
                }
            }
        }
        None
    }
}

fn hinted<'a>(component: &'a Component, import: &str) -> Option<&'a str> {
    let path = InterfaceName::parse(import).path;
    let names = |hint: &str| hint == import || hint == path;
    let hint = component.links.iter().find(|hint| names(&hint.import))?;
    Some(hint.from.as_str())
}
