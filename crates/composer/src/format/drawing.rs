//! The wiring as a drawing: boxes for instances, rounded ones for capabilities, an arrow for each
//! pair, labelled with the interfaces. Types that need no provider are left out.

use std::collections::{BTreeMap, BTreeSet};

use crate::interface::InterfaceName;
use crate::ledger::Ledger;

/// What stands for what the node gives to everyone.
const NODE: &str = "runtime node";

struct Drawing<'a> {
    /// Instance ids.
    boxes: Vec<&'a str>,
    capabilities: BTreeSet<&'a str>,
    /// From and to, each by name, with the interfaces between.
    arrows: BTreeMap<(&'a str, Target<'a>), BTreeSet<&'a str>>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Target<'a> {
    Instance(&'a str),
    Capability(&'a str),
}

fn drawing(ledger: &Ledger) -> Drawing<'_> {
    let mut arrows: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    let mut capabilities: BTreeSet<&str> = ledger.capabilities.keys().map(String::as_str).collect();
    for link in &ledger.links {
        let key = (link.consumer.as_str(), Target::Instance(link.provider.as_str()));
        arrows.entry(key).or_default().insert(InterfaceName::parse(&link.interface).path);
    }
    let granted = ledger.grants.iter().filter(|g| !g.instance.is_empty() && g.slot.is_some());
    for grant in granted {
        let capability = grant.capability.as_deref().unwrap_or(NODE);
        capabilities.insert(capability);
        let key = (grant.instance.as_str(), Target::Capability(capability));
        arrows.entry(key).or_default().insert(InterfaceName::parse(&grant.interface).path);
    }
    let boxes = ledger.instances.iter().map(|instance| instance.id.as_str()).collect();
    Drawing { boxes, capabilities, arrows }
}

impl<'a> Drawing<'a> {
    /// A short identifier that is valid in both languages, whatever the name.
    fn identifier(&self, target: Target<'a>) -> String {
        match target {
            Target::Instance(name) => {
                format!("i{}", self.boxes.iter().position(|b| *b == name).unwrap_or_default())
            }
            Target::Capability(name) => {
                let at = self.capabilities.iter().position(|c| *c == name);
                format!("c{}", at.unwrap_or_default())
            }
        }
    }
}

pub(super) fn mermaid(ledger: &Ledger) -> String {
    let drawing = drawing(ledger);
    let mut text = String::from("flowchart LR\n");
    for name in &drawing.boxes {
        let id = drawing.identifier(Target::Instance(name));
        text.push_str(&format!("  {id}[\"{name}\"]\n"));
    }
    for name in &drawing.capabilities {
        let id = drawing.identifier(Target::Capability(name));
        text.push_str(&format!("  {id}([\"{name}\"])\n"));
    }
    for ((from, to), interfaces) in &drawing.arrows {
        let label = interfaces.iter().copied().collect::<Vec<_>>().join("<br/>");
        let arrow = match to {
            Target::Instance(_) => "-->",
            Target::Capability(_) => "-.->",
        };
        let (from, to) = (drawing.identifier(Target::Instance(from)), drawing.identifier(*to));
        text.push_str(&format!("  {from} {arrow}|\"{label}\"| {to}\n"));
    }
    text
}

pub(super) fn dot(ledger: &Ledger) -> String {
    let drawing = drawing(ledger);
    let mut text = format!("digraph \"{}\" {{\n  rankdir=LR;\n  node [shape=box];\n", ledger.graph);
    for name in &drawing.boxes {
        let id = drawing.identifier(Target::Instance(name));
        text.push_str(&format!("  {id} [label=\"{name}\"];\n"));
    }
    for name in &drawing.capabilities {
        let id = drawing.identifier(Target::Capability(name));
        text.push_str(&format!("  {id} [label=\"{name}\", style=rounded];\n"));
    }
    for ((from, to), interfaces) in &drawing.arrows {
        let label = interfaces.iter().copied().collect::<Vec<_>>().join("\\n");
        let style = match to {
            Target::Instance(_) => "",
            Target::Capability(_) => ", style=dashed",
        };
        let (from, to) = (drawing.identifier(Target::Instance(from)), drawing.identifier(*to));
        text.push_str(&format!("  {from} -> {to} [label=\"{label}\"{style}];\n"));
    }
    text.push_str("}\n");
    text
}
