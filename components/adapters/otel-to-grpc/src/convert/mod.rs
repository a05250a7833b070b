//! `wasi:otel` → OTLP, record by record. Never fails: what cannot be converted is left out or kept
//! as text, and counted. Knows nothing of batches or of sending.

mod attributes;
mod context;
mod log;
mod resource;
mod span;
mod value;

pub(crate) use log::log;
pub(crate) use resource::resource;
pub(crate) use span::span;
#[cfg(test)]
pub(crate) use span::tests as tests_of_spans;

use crate::bindings::types::InstrumentationScope;
use crate::otlp;

/// How often something of a record could not be kept as it was meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flaws {
    /// Ids that are not hexadecimal, or too long; sent empty.
    pub(crate) invalid_id: u64,
    /// Values that are not JSON, or too deep; sent as text.
    pub(crate) invalid_json: u64,
    /// Attributes given more than once; the last one is sent.
    pub(crate) duplicate_key: u64,
}

impl Flaws {
    /// Nothing if there are none.
    pub(crate) fn text(&self) -> Option<String> {
        let counts = [
            ("invalid_id", self.invalid_id),
            ("invalid_json", self.invalid_json),
            ("duplicate_key", self.duplicate_key),
        ];
        let found: Vec<_> = counts
            .iter()
            .filter(|(_, count)| *count > 0)
            .map(|(name, count)| format!("{name}={count}"))
            .collect();
        (!found.is_empty()).then(|| format!("flawed contents: {}", found.join(" ")))
    }
}

/// The scope and its schema URL.
pub(crate) fn scope(scope: InstrumentationScope, flaws: &mut Flaws) -> (otlp::Scope, String) {
    let attributes = attributes::convert(scope.attributes, flaws);
    let converted = otlp::Scope {
        name: scope.name,
        version: scope.version.unwrap_or_default(),
        attributes: attributes.kept,
        dropped_attributes_count: attributes.dropped,
    };
    (converted, scope.schema_url.unwrap_or_default())
}

/// Nanoseconds since 1970. Times beyond the year 2554 become the last one there is.
pub(crate) fn nanoseconds(seconds: u64, nanoseconds: u32) -> u64 {
    seconds.saturating_mul(1_000_000_000).saturating_add(u64::from(nanoseconds))
}
