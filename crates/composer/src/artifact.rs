//! The bytes of a component, named by their digest. Where they came from is not known here.

use std::sync::Arc;

use sha2::{Digest, Sha256};

/// Bytes and the digest they were verified against. Cloning is cheap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    pub bytes: Arc<[u8]>,
    /// `sha256:` and 64 hex digits.
    pub digest: String,
}

impl Artifact {
    /// Names the bytes by their own digest.
    pub fn new(bytes: impl Into<Arc<[u8]>>) -> Self {
        let bytes = bytes.into();
        let digest = digest(&bytes);
        Self { bytes, digest }
    }
}

/// `sha256:` and 64 hex digits.
pub(crate) fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex(&Sha256::digest(bytes)))
}

/// The first `digits` hex digits of the hash of several texts, kept apart by a zero byte.
pub(crate) fn short_hash(parts: &[&str], digits: usize) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let mut text = hex(&hash.finalize());
    text.truncate(digits);
    text
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
