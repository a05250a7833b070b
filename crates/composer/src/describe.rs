//! What one file is, without a graph: its exports with signatures, its imports with their class,
//! and the ledger if it is a composition.

use serde::Serialize;
use thiserror::Error;
use wasmparser::{Chunk, Parser, Payload};

use crate::artifact::digest;
use crate::encode::LEDGER_SECTION;
use crate::guard;
use crate::host::{Class, class};
use crate::ledger::{Function, Ledger};
use crate::outside::{self, Face, FaceKind};

/// Why a file cannot be described.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DescribeError {
    #[error("the file is not a WebAssembly component ({0})")]
    NotAComponent(&'static str),
    #[error("the file cannot be read as a component: {0}")]
    Unreadable(String),
}

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
    /// Full interface name, or the name of something outside of an interface.
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
    /// A component, core module, value or resource: not supported in a graph.
    Unsupported,
}

/// Describes the component in `bytes`.
pub fn describe(bytes: &[u8]) -> Result<Description, DescribeError> {
    if let Some(found) = guard::refusal(bytes) {
        return Err(DescribeError::NotAComponent(found));
    }
    let outside = outside::read(bytes).map_err(DescribeError::Unreadable)?;
    let described = |face: &Face, class| Described {
        name: face.name.clone(),
        class,
        functions: face.functions.clone(),
    };
    let imports = outside.imports.iter();
    let exports = outside.exports.iter().filter(|face| !face.functions.is_empty());
    Ok(Description {
        digest: digest(bytes),
        imports: imports.map(|face| described(face, Some(import_class(face)))).collect(),
        exports: exports.map(|face| described(face, None)).collect(),
        ledger: ledger_of(bytes),
    })
}

fn import_class(face: &Face) -> ImportClass {
    match (face.kind, class(&face.name)) {
        (FaceKind::Function, _) => ImportClass::Function,
        (FaceKind::ValueType, _) => ImportClass::Types,
        (FaceKind::Other, _) => ImportClass::Unsupported,
        (FaceKind::Interface { .. }, Class::Shared) => ImportClass::B,
        (FaceKind::Interface { substance: false }, _) => ImportClass::Types,
        (FaceKind::Interface { .. }, Class::Apart) => ImportClass::A,
        (FaceKind::Interface { .. }, Class::Shim) => ImportClass::C,
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
