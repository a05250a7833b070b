//! The two ConfigMaps of a graph: a revision, which never changes, and the settings that take
//! effect without new pods.

use std::collections::BTreeMap;

use graph::{Live, Source};
use k8s_openapi::api::core::v1::ConfigMap;
use serde_json::json;

use super::{Plan, pairs};
use crate::revision::Revision;
use crate::words;

pub(super) fn revision(plan: &Plan<'_>, revision: &Revision) -> ConfigMap {
    let mut metadata = plan.meta(&revision.name);
    metadata.annotations = Some(pairs(&[
        (words::INPUT, &revision.input),
        (words::PINS, &revision.pins.to_text()),
        (words::RESOLVED_AT, &revision.resolve),
        (words::COMPOSITION, &revision.composition),
        (words::IMAGE, &revision.image),
    ]));
    ConfigMap {
        metadata,
        immutable: Some(true),
        data: Some(BTreeMap::from([(words::GRAPH_KEY.to_owned(), revision.manifest.clone())])),
        ..ConfigMap::default()
    }
}

/// Whether nodes fetch anything from a server.
fn pulls(plan: &Plan<'_>) -> bool {
    let mut sources = plan.graph().spec.components.iter().filter_map(|c| c.source());
    sources.any(|source| matches!(source, Source::Image(_) | Source::Url(_)))
}

pub(super) fn live(plan: &Plan<'_>) -> ConfigMap {
    let live = Live {
        collector_endpoint: plan.accepted.collector.clone(),
        telemetry: plan.graph().spec.telemetry.clone(),
        registry_ca: pulls(plan).then(|| plan.settings.registry_ca.clone()).flatten(),
        log_level: Some(plan.settings.log_level),
    };
    let text = json!(live).to_string();
    ConfigMap {
        metadata: plan.meta(words::live_name(plan.name())),
        data: Some(BTreeMap::from([(words::LIVE_KEY.to_owned(), text)])),
        ..ConfigMap::default()
    }
}
