//! Reads an encoded composition back. Its root imports and exports must be exactly what the ledger
//! says: nothing leaks in.

use std::collections::BTreeSet;

use thiserror::Error;

use crate::interface::track;
use crate::ledger::Ledger;
use crate::outside;
use crate::readback;
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

/// Whether a composition is validated before the engine does so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Its outside against the ledger. The engine validates all of it anyway.
    Outside,
    /// Its whole structure too, for links that hand over resources: were two of them mixed up, the
    /// engine could only name an offset.
    Structure,
}

pub(crate) fn verify(bytes: &[u8], ledger: &Ledger, depth: Depth) -> Result<(), VerifyError> {
    if depth == Depth::Structure {
        outside::read(bytes).map_err(VerifyError::Invalid)?;
    }
    let outside = readback::read(bytes).map_err(|error| VerifyError::Invalid(error.to_string()))?;
    let mut granted: BTreeSet<_> =
        ledger.grants.iter().filter_map(|grant| grant.slot.as_deref()).collect();
    // Types alone carry nothing. They come under their own name, or under one made for them.
    let listed: BTreeSet<_> = ledger.grants.iter().map(|grant| track(&grant.interface)).collect();
    let types = |name: &str| name.starts_with(slot::TYPES) || listed.contains(&track(name));
    for (name, brings_more) in outside.imports {
        let harmless = !brings_more && (types(name) || slot::is_type(name));
        if !granted.remove(name) && !harmless {
            return Err(VerifyError::Leaked(name.to_owned()));
        }
    }
    if let Some(lost) = granted.first() {
        return Err(VerifyError::Lost((*lost).to_owned()));
    }
    let found: BTreeSet<_> = outside.exports.into_iter().collect();
    let expected: BTreeSet<_> = ledger.exports.iter().map(|export| export.slot.as_str()).collect();
    match found.symmetric_difference(&expected).next() {
        Some(name) => Err(VerifyError::Exports((*name).to_owned())),
        None => Ok(()),
    }
}
