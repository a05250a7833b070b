//! The names under which host imports and exports of single components appear in a composition.
//! Programs read slots from the ledger; only people read meaning out of the name.

use crate::artifact::short_hash;
use crate::interface::InterfaceName;

/// What a slot name is made for; part of the hash, so that an import and an export of one
/// interface differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Import,
    Export,
    /// A type outside of an interface.
    Type,
}

/// First word of root imports that are single types.
const TYPE: &str = "type";

/// Namespace of root imports that hold types only.
pub(crate) const TYPES: &str = "componentgraph:types/";

/// The slot of one item of one instance. `item` is the full interface name, or a function's name.
pub(crate) fn slot(role: Role, instance: &str, item: &str) -> String {
    let role = match role {
        Role::Import => "import",
        Role::Export => "export",
        Role::Type => "type",
    };
    let hash = short_hash(&[role, instance, item], 10);
    let prefix = if role == "type" { TYPE } else { "" };
    kebab(&[prefix, instance, InterfaceName::parse(item).path, &format!("x{hash}")])
}

/// Whether a name was made for a type outside of an interface.
pub(crate) fn is_type(name: &str) -> bool {
    name.strip_prefix(TYPE).is_some_and(|rest| rest.starts_with('-'))
}

/// The root import for types of `item` as the artifact with this digest declares them.
pub(crate) fn types(digest: &str, item: &str) -> String {
    let hash = short_hash(&["types", digest, item], 10);
    format!("{TYPES}{}", kebab(&[InterfaceName::parse(item).path, &format!("x{hash}")]))
}

/// A valid kebab-case name: words of lower-case letters and digits, each with a letter first.
fn kebab(parts: &[&str]) -> String {
    let separator = |c: char| !c.is_ascii_alphanumeric();
    let words = parts.iter().flat_map(|part| part.split(separator)).filter(|word| !word.is_empty());
    let word = |word: &str| {
        let digit = word.starts_with(|c: char| c.is_ascii_digit());
        format!("{}{}", if digit { "n" } else { "" }, word.to_ascii_lowercase())
    };
    words.map(word).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmparser::names::{ComponentName, ComponentNameKind};

    #[test]
    fn slots_are_labels_whatever_the_names() {
        for (instance, item) in [
            ("guest", "wasi:otel/logs@0.2.0-rc.2+patch"),
            ("a-2b", "run"),
            ("a--b", "a1:b2/c3@1.0.0"),
            ("otel@guest", "[method]x.y"),
            ("a", "ünïcode"),
        ] {
            let name = slot(Role::Import, instance, item);
            let parsed = ComponentName::new(&name, 0).expect(&name);
            assert!(matches!(parsed.kind(), ComponentNameKind::Label(_)), "{name}");
        }
        let name = types("sha256:00", "wasi:otel/types@0.2.0-rc.2+patch");
        let parsed = ComponentName::new(&name, 0).expect(&name);
        assert!(matches!(parsed.kind(), ComponentNameKind::Interface(_)), "{name}");
    }

    #[test]
    fn role_instance_and_version_make_different_slots() {
        let names = [
            slot(Role::Import, "a", "a:b/c@1.0.0"),
            slot(Role::Export, "a", "a:b/c@1.0.0"),
            slot(Role::Import, "b", "a:b/c@1.0.0"),
            slot(Role::Import, "a", "a:b/c@1.0.1"),
        ];
        assert_eq!(names.iter().collect::<std::collections::BTreeSet<_>>().len(), names.len());
    }
}
