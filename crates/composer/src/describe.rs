//! What one file is, without a graph: its exports with signatures, its imports with their class,
//! and the ledger if it is a composition.

use serde::Serialize;
use thiserror::Error;
use wac_graph::CompositionGraph;
use wasmparser::{Chunk, Parser, Payload};

use crate::artifact::Artifact;
use crate::encode::LEDGER_SECTION;
use crate::host::{Class, class};
use crate::layout::functions;
use crate::ledger::{Function, Ledger};
use crate::shape::{self, Item, Kind};

/// Why a file cannot be described.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the file {0}")]
pub struct DescribeError(String);

/// The outside of a component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Description {
    pub digest: String,
    pub imports: Vec<Described>,
    pub exports: Vec<Described>,
    /// The ledger of a composition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ledger: Option<Ledger>,
}

/// One import or export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Described {
    /// Full interface name, or the name of a function outside of an interface.
    pub name: String,
    /// Only of imports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<ImportClass>,
    pub functions: Vec<Function>,
}

/// How an import is treated when a host provides it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum ImportClass {
    /// Kept apart for each component.
    A,
    /// Shared by all components.
    B,
    /// Cannot be granted to single components yet.
    C,
    /// Types alone, which need no provider.
    Types,
    /// A function outside of an interface, which only another component can provide.
    Function,
}

/// Describes the component in `bytes`.
pub fn describe(bytes: &[u8]) -> Result<Description, DescribeError> {
    let artifact = Artifact::new(bytes);
    let mut composition = CompositionGraph::new();
    let shape = shape::read(&mut composition, &artifact)
        .map_err(|error| DescribeError(error.to_string()))?;
    let describe = |item: &Item, class| Described {
        name: item.name.clone(),
        class,
        functions: functions(composition.types(), item),
    };
    let ledger = ledger_of(bytes);
    let imports = shape.imports.iter().map(|item| describe(item, Some(import_class(item))));
    let exports = shape.exports.iter().filter(|item| item.callable());
    let exports = exports.map(|item| describe(item, None));
    Ok(Description {
        imports: imports.collect(),
        exports: exports.collect(),
        ledger,
        digest: artifact.digest,
    })
}

fn import_class(item: &Item) -> ImportClass {
    match (item.kind, class(&item.name)) {
        (Kind::Function(_), _) => ImportClass::Function,
        (_, Class::Shared) => ImportClass::B,
        _ if item.types_only() => ImportClass::Types,
        (_, Class::Apart) => ImportClass::A,
        (_, Class::Shim) => ImportClass::C,
    }
}

/// The ledger that a composition carries. `None` for anything else, also for damaged bytes.
pub fn ledger_of(bytes: &[u8]) -> Option<Ledger> {
    let mut parser = Parser::new(0);
    let mut rest = bytes;
    loop {
        let Ok(Chunk::Parsed { payload, consumed }) = parser.parse(rest, true) else {
            return None;
        };
        rest = rest.get(consumed..)?;
        match payload {
            // Only sections of the outermost component count.
            Payload::ComponentSection { unchecked_range, .. }
            | Payload::ModuleSection { unchecked_range, .. } => {
                let length = unchecked_range.end.checked_sub(unchecked_range.start)?;
                rest = rest.get(usize::try_from(length).ok()?..)?;
            }
            Payload::CustomSection(section) if section.name() == LEDGER_SECTION => {
                return serde_json::from_slice(section.data()).ok();
            }
            Payload::End(_) => return None,
            _ => {}
        }
    }
}
