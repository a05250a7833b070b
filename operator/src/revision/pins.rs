//! Which digest a source was found to have. A source keeps it until its text changes, so that a tag
//! which moved never sneaks in.

use std::collections::BTreeMap;

use graph::{Component, Source, Spec};

use super::hash;

/// Digests by source. Sources are shortened to hashes: an annotation has little room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pins(BTreeMap<String, String>);

impl Pins {
    /// What a pinned spec holds.
    pub(super) fn of(spec: &Spec) -> Self {
        let pinned = |c: &Component| Some((key(c)?, c.digest.clone()?));
        Self(spec.components.iter().filter_map(pinned).collect())
    }

    pub(crate) fn parse(text: &str) -> Self {
        Self(serde_json::from_str(text).unwrap_or_default())
    }

    pub(crate) fn to_text(&self) -> String {
        serde_json::Value::from_iter(self.0.clone()).to_string()
    }

    /// Gives every source that is pinned and has no digest of its own the one it had. Returns the
    /// names of these components.
    pub(crate) fn apply(&self, spec: &mut Spec) -> Vec<String> {
        let mut pinned = Vec::new();
        for component in spec.components.iter_mut().filter(|c| c.digest.is_none()) {
            if let Some(digest) = key(component).and_then(|key| self.0.get(&key)) {
                component.digest = Some(digest.clone());
                pinned.push(component.name.to_string());
            }
        }
        pinned
    }
}

/// `None` for what comes with the operator itself.
fn key(component: &Component) -> Option<String> {
    let text = match component.source()? {
        Source::Image(image) => format!("image {image}"),
        Source::Url(url) => format!("url {url}"),
        Source::ConfigMap(at) => format!("configMap {}/{}", at.name, at.key),
        Source::File(_) | Source::Builtin(_) => return None,
    };
    let mut key = hash(&[text.as_bytes()]);
    key.truncate(16);
    Some(key)
}
