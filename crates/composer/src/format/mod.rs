//! The wiring as people and other tools read it: components, capabilities, links, grants. Says
//! only what the ledger says.

mod drawing;
mod text;

use crate::ledger::Ledger;

/// How the wiring is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Aligned lines for a terminal.
    Text,
    /// A Mermaid flowchart.
    Mermaid,
    /// Graphviz.
    Dot,
    /// The ledger.
    Json,
}

/// Shows a ledger. Ends with a line feed.
pub fn format(ledger: &Ledger, format: Format) -> String {
    match format {
        Format::Text => text::text(ledger),
        Format::Mermaid => drawing::mermaid(ledger),
        Format::Dot => drawing::dot(ledger),
        // A ledger holds texts and lists alone; nothing in it can fail to be JSON.
        Format::Json => serde_json::to_string_pretty(ledger).unwrap_or_default() + "\n",
    }
}
