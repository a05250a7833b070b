//! The configuration of components: `configFrom` in order, later wins, `config` over all; and the
//! reserved keys that the node supplies to everyone. It does not know which instance asks.

use std::collections::BTreeMap;

use graph::{Component, ComponentGraph, ConfigFrom, Problem};

use super::mounts::{MountError, Mounts};

type Values = BTreeMap<String, String>;

/// Values of each component by name.
pub(super) fn read(
    graph: &ComponentGraph,
    mounts: &Mounts,
    problems: &mut Vec<Problem>,
) -> BTreeMap<String, Values> {
    let mut all = BTreeMap::new();
    for (i, component) in graph.spec.components.iter().enumerate() {
        let mut values = Values::new();
        for (j, from) in component.config_from.iter().enumerate() {
            match resolve(from, mounts) {
                Ok(more) => values.extend(more),
                Err(error) => problems.push(problem(component, i, j, &error)),
            }
        }
        values.extend(component.config.clone());
        all.insert(component.name.to_string(), values);
    }
    all
}

fn resolve(from: &ConfigFrom, mounts: &Mounts) -> Result<Values, MountError> {
    let mut values = Values::new();
    if let Some(object) = &from.config_map_ref {
        values.extend(mounts.config_maps().all(&object.name)?);
    }
    if let Some(object) = &from.secret_ref {
        values.extend(mounts.secrets().all(&object.name)?);
    }
    if let Some(key) = &from.key {
        if let Some(object) = &from.config_map_key_ref {
            values.insert(key.clone(), mounts.config_maps().one(&object.name, &object.key)?);
        }
        if let Some(object) = &from.secret_key_ref {
            values.insert(key.clone(), mounts.secrets().one(&object.name, &object.key)?);
        }
    }
    Ok(values)
}

fn problem(component: &Component, i: usize, j: usize, error: &MountError) -> Problem {
    let fix = match error {
        MountError::NoDirectory("Secret") => "give --secrets-dir, a directory <secret>/<key>",
        MountError::NoDirectory(_) => "give --config-maps-dir, a directory <configmap>/<key>",
        MountError::DirectoryMissing { .. } => "create the directory, or correct its path",
        _ => "create the object or the key, or correct the name",
    };
    Problem::new(
        "config-missing",
        format!("spec.components[{i}].configFrom[{j}]"),
        format!("configuration of component {:?}: {error}", component.name.as_str()),
    )
    .fix(fix)
}

/// The reserved key of the collector's address.
pub(super) const ENDPOINT: &str = "otel.exporter.otlp.endpoint";

/// The key of an address of one's own, as `grpc-to-http` reads it.
pub(super) const URL: &str = "url";

/// The keys `otel.*`: where telemetry goes and what describes its source. The manifest knows the
/// source better than the surroundings do.
pub(super) fn reserved(graph: &ComponentGraph, collector: &str, surroundings: Values) -> Values {
    let name = &graph.metadata.name;
    let mut values = Values::from([
        (ENDPOINT.to_owned(), collector.to_owned()),
        ("otel.resource.service.name".to_owned(), name.clone()),
    ]);
    for (key, value) in surroundings {
        values.insert(format!("otel.resource.{key}"), value);
    }
    values.insert("otel.resource.componentgraph.graph".to_owned(), name.clone());
    let resource = graph.spec.telemetry.as_ref().map(|t| &t.resource);
    for (key, value) in resource.into_iter().flatten() {
        values.insert(format!("otel.resource.{key}"), value.clone());
    }
    values
}
