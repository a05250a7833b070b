//! Names as types. A `Name` that came through the reader has the documented form; this file does
//! not look it up anywhere.

use std::borrow::Borrow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The name of a component, capability or route: `^[a-z]([-a-z0-9]*[a-z0-9])?$`, at most 63.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Name(String);

impl Name {
    pub const MAX: usize = 63;
    /// Graph names leave room for the suffixes of the objects made for them.
    pub const MAX_GRAPH: usize = 52;
    pub const PATTERN: &'static str = "^[a-z]([-a-z0-9]*[a-z0-9])?$";

    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `text` matches [`Name::PATTERN`]; the length is the caller's to check.
    pub fn has_valid_form(text: &str) -> bool {
        let ok = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        text.starts_with(|c: char| c.is_ascii_lowercase())
            && !text.ends_with('-')
            && text.chars().all(ok)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}
