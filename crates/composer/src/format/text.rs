//! The wiring as aligned lines.

use std::collections::BTreeSet;

use crate::ledger::{Grant, Ledger};

pub(super) fn text(ledger: &Ledger) -> String {
    let mut text = format!("graph {}\n", ledger.graph);
    section(&mut text, "components", components(ledger));
    section(&mut text, "capabilities", capabilities(ledger));
    section(&mut text, "links", links(ledger));
    section(&mut text, "grants", grants(ledger));
    section(&mut text, "shared by all components", shared(ledger));
    section(&mut text, "functions", functions(ledger));
    section(&mut text, "not callable", omitted(ledger));
    text
}

/// Rows with columns of equal width; nothing at all when there are no rows.
fn section(text: &mut String, head: &str, rows: Vec<Vec<String>>) {
    if rows.is_empty() {
        return;
    }
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max()
    };
    let widths: Vec<_> = (0..columns).map(|column| width(column).unwrap_or_default()).collect();
    text.push_str(&format!("\n{head}\n"));
    for row in &rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        text.push_str(&format!("  {}\n", line.trim_end()));
    }
}

fn components(ledger: &Ledger) -> Vec<Vec<String>> {
    let digest = |digest: &str| digest.chars().take("sha256:".len() + 12).collect::<String>();
    let row = |instance: &crate::Instance| vec![instance.id.clone(), digest(&instance.digest)];
    ledger.instances.iter().map(row).collect()
}

fn capabilities(ledger: &Ledger) -> Vec<Vec<String>> {
    let used = ledger.grants.iter().filter_map(|grant| grant.capability.clone());
    let names: BTreeSet<_> = ledger.capabilities.keys().cloned().chain(used).collect();
    let kind = |name: &String| ledger.capabilities.get(name).cloned().unwrap_or_default();
    names.iter().map(|name| vec![name.clone(), kind(name)]).collect()
}

fn links(ledger: &Ledger) -> Vec<Vec<String>> {
    let row = |link: &crate::Link| {
        let other = (link.interface != link.export).then(|| format!("(as {})", link.export));
        vec![
            format!("{} → {}", link.consumer, link.provider),
            link.interface.clone(),
            other.unwrap_or_default(),
        ]
    };
    ledger.links.iter().map(row).collect()
}

fn grants(ledger: &Ledger) -> Vec<Vec<String>> {
    let source = |grant: &Grant| match (&grant.capability, &grant.slot) {
        (Some(capability), _) => format!("through {capability}"),
        (None, Some(_)) => "from the node".to_owned(),
        (None, None) => "types only".to_owned(),
    };
    let own = ledger.grants.iter().filter(|grant| !grant.instance.is_empty());
    own.map(|grant| vec![grant.instance.clone(), grant.interface.clone(), source(grant)]).collect()
}

fn shared(ledger: &Ledger) -> Vec<Vec<String>> {
    let shared = ledger.grants.iter().filter(|grant| grant.instance.is_empty());
    shared.map(|grant| vec![grant.interface.clone()]).collect()
}

fn functions(ledger: &Ledger) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for export in &ledger.exports {
        for function in &export.functions {
            let prefix = export.interface.as_deref().map(|name| format!("{name}#"));
            let signature = format!("{}{function}", prefix.unwrap_or_default());
            rows.push(vec![export.instance.clone(), signature]);
        }
    }
    rows
}

fn omitted(ledger: &Ledger) -> Vec<Vec<String>> {
    let row = |omission: &crate::Omission| {
        vec![omission.instance.clone(), omission.export.clone(), omission.reason.clone()]
    };
    ledger.omitted.iter().map(row).collect()
}
