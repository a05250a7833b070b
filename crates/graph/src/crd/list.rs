//! Which lists are maps or sets to an API server, so that several writers can own single entries.
//! The check refuses repeated keys in each of them.

use serde_json::{Value, json};

use super::schema::set;

/// Lists whose entries are told apart by one key; a list of plain names is a set.
const KEYED: [(&str, Option<&str>); 9] = [
    ("spec.capabilities", Some("name")),
    ("spec.capabilities[].wasiFilesystem.preopens", Some("guest")),
    ("spec.components", Some("name")),
    ("spec.components[].env", Some("name")),
    ("spec.components[].imports", None),
    ("spec.components[].links", Some("import")),
    ("spec.http.routes", Some("name")),
    ("spec.imagePullSecrets", Some("name")),
    ("spec.telemetry.headers", Some("name")),
];

/// Adds the type of the list at `path`.
pub(super) fn mark(schema: &mut Value, path: &str) {
    match KEYED.iter().find(|(keyed, _)| *keyed == path) {
        Some((_, Some(key))) => {
            set(schema, "x-kubernetes-list-type", json!("map"));
            set(schema, "x-kubernetes-list-map-keys", json!([key]));
        }
        Some((_, None)) => set(schema, "x-kubernetes-list-type", json!("set")),
        None => set(schema, "x-kubernetes-list-type", json!("atomic")),
    }
}

#[cfg(test)]
pub(super) fn paths() -> impl Iterator<Item = &'static str> {
    KEYED.into_iter().map(|(path, _)| path)
}
