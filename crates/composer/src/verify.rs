//! Reads an encoded composition back. Its root imports and exports must be exactly what the ledger
//! says: nothing leaks in. Function bodies are left to the engine.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;
use wasmparser::component_types::{ComponentAnyTypeId, ComponentEntityType};
use wasmparser::{Chunk, Parser, Payload, ValidPayload, Validator, WasmFeatures};

use crate::interface::track;
use crate::ledger::Ledger;
use crate::slot;

#[derive(Debug, Error)]
pub(crate) enum VerifyError {
    #[error("the composition is not valid: {0}")]
    Invalid(String),
    #[error("the composition imports `{0}`, which the ledger does not know")]
    Leaked(String),
    #[error("the ledger grants `{0}`, which the composition does not import")]
    Lost(String),
    #[error("the exports of the composition differ from the ledger at `{0}`")]
    Exports(String),
}

pub(crate) fn verify(bytes: &[u8], ledger: &Ledger) -> Result<(), VerifyError> {
    let root = root(bytes).map_err(|error| VerifyError::Invalid(error.to_string()))?;
    let mut granted: BTreeSet<_> =
        ledger.grants.iter().filter_map(|grant| grant.slot.as_deref()).collect();
    // An interface that is used for a type only is imported under its own name.
    let listed: BTreeSet<_> = ledger.grants.iter().map(|grant| track(&grant.interface)).collect();
    let shared = |name: &str| listed.contains(&track(name));
    for (name, substance) in &root.imports {
        let known = granted.remove(name.as_str())
            || (!substance && (name.starts_with(slot::TYPES) || shared(name)));
        if !known {
            return Err(VerifyError::Leaked(name.clone()));
        }
    }
    if let Some(lost) = granted.first() {
        return Err(VerifyError::Lost((*lost).to_owned()));
    }
    let expected: BTreeSet<_> = ledger.exports.iter().map(|export| export.slot.clone()).collect();
    match root.exports.symmetric_difference(&expected).next() {
        Some(name) => Err(VerifyError::Exports(name.clone())),
        None => Ok(()),
    }
}

struct Root {
    /// Name, and whether it has functions or resources.
    imports: BTreeMap<String, bool>,
    exports: BTreeSet<String>,
}

fn root(bytes: &[u8]) -> Result<Root, wasmparser::BinaryReaderError> {
    let mut validator = Validator::new_with_features(WasmFeatures::all());
    let mut parser = Parser::new(0);
    let mut outer = Vec::new();
    let mut rest = bytes;
    let (mut imports, mut exports) = (Vec::new(), BTreeSet::new());
    loop {
        let Chunk::Parsed { payload, consumed } = parser.parse(rest, true)? else {
            // With `eof` set the parser reports an error instead of asking for more.
            return Ok(Root { imports: BTreeMap::new(), exports });
        };
        rest = rest.get(consumed..).unwrap_or_default();
        if outer.is_empty() {
            match &payload {
                Payload::ComponentImportSection(section) => {
                    for import in section.clone() {
                        imports.push(import?.name.name);
                    }
                }
                Payload::ComponentExportSection(section) => {
                    for export in section.clone() {
                        exports.insert(export?.name.name.to_owned());
                    }
                }
                _ => {}
            }
        }
        match validator.payload(&payload)? {
            ValidPayload::Parser(next) => outer.push(std::mem::replace(&mut parser, next)),
            ValidPayload::End(types) => match outer.pop() {
                Some(parent) => parser = parent,
                None => {
                    let named = |name: &str| (name.to_owned(), substance(&types, name));
                    let imports = imports.into_iter().map(named).collect();
                    return Ok(Root { imports, exports });
                }
            },
            ValidPayload::Ok | ValidPayload::Func(..) => {}
        }
    }
}

fn substance(types: &wasmparser::types::Types, import: &str) -> bool {
    let entity = types.component_item_for_import(import).map(|item| item.ty);
    let Some(ComponentEntityType::Instance(id)) = entity else { return true };
    types[id].exports.values().any(|item| match item.ty {
        ComponentEntityType::Type { created, .. } => {
            matches!(created, ComponentAnyTypeId::Resource(_))
        }
        _ => true,
    })
}
