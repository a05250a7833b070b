//! What the kubelet mounts: the revision, the live settings, and every ConfigMap and Secret that the
//! graph names. The operator reads none of the latter; what is missing, the node names.

use std::collections::BTreeSet;

use graph::{Component, Source, Spec};
use k8s_openapi::api::core::v1::{
    ConfigMapVolumeSource, EmptyDirVolumeSource, KeyToPath, SecretVolumeSource, Volume, VolumeMount,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

use super::Plan;
use crate::dereference::PULL_SECRET_KEY;
use crate::revision::hash;
use crate::words;

pub(super) const CONFIG_MAPS: &str = "/etc/componentgraph/config-maps";
pub(super) const SECRETS: &str = "/etc/componentgraph/secrets";
pub(super) const PULL_SECRETS: &str = "/etc/componentgraph/pull-secrets";
/// Artifacts that the pod pulled, for the next start of its container.
pub(super) const CACHE: &str = "/var/cache/componentgraph";
const CACHE_SIZE: &str = "2Gi";
const REVISION: &str = "/etc/componentgraph/revision";
const LIVE: &str = "/etc/componentgraph/live";

/// One volume and where it is mounted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mount {
    volume: String,
    source: Origin,
    path: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Origin {
    ConfigMap {
        name: String,
        optional: bool,
    },
    Secret(String),
    /// Only the login of a secret, whatever else it holds.
    PullSecret(String),
    Empty,
}

/// All mounts of a pod, in an order that does not change.
pub(super) fn mounts(plan: &Plan<'_>) -> Vec<Mount> {
    let spec = &plan.graph().spec;
    let own = [
        ("revision", plan.revision.name.to_owned(), REVISION),
        ("live", words::live_name(plan.name()), LIVE),
    ];
    let own = own.into_iter().map(|(volume, name, path)| Mount {
        volume: volume.to_owned(),
        source: Origin::ConfigMap { name, optional: false },
        path: path.to_owned(),
    });
    let maps = config_maps(spec).into_iter().map(|name| Mount {
        volume: volume_name("config-map", name),
        path: format!("{CONFIG_MAPS}/{name}"),
        source: Origin::ConfigMap { name: name.to_owned(), optional: true },
    });
    let secrets = secrets(spec).into_iter().map(|name| Mount {
        volume: volume_name("secret", name),
        path: format!("{SECRETS}/{name}"),
        source: Origin::Secret(name.to_owned()),
    });
    own.chain(maps).chain(secrets).chain(pulls(plan)).collect()
}

/// What a node needs that pulls its artifacts from registries.
fn pulls(plan: &Plan<'_>) -> Vec<Mount> {
    if !pulls_images(&plan.graph().spec) {
        return Vec::new();
    }
    let secrets = plan.pull_secrets.iter().map(|secret| Mount {
        volume: volume_name("pull-secret", &secret.name),
        path: format!("{PULL_SECRETS}/{}", secret.name),
        source: Origin::PullSecret(secret.name.clone()),
    });
    let cache = Mount { volume: "cache".to_owned(), source: Origin::Empty, path: CACHE.to_owned() };
    secrets.chain([cache]).collect()
}

pub(super) fn pulls_images(spec: &Spec) -> bool {
    spec.components.iter().any(|c| matches!(c.source(), Some(Source::Image(_))))
}

/// Names of objects are longer than names of volumes may be.
fn volume_name(what: &str, object: &str) -> String {
    let mut digits = hash(&[object.as_bytes()]);
    digits.truncate(10);
    format!("{what}-{digits}")
}

fn config_maps(spec: &Spec) -> BTreeSet<&str> {
    let sources = spec.components.iter().filter_map(|component| match component.source() {
        Some(Source::ConfigMap(at)) => Some(at.name.as_str()),
        _ => None,
    });
    let whole = entries(spec).filter_map(|from| from.config_map_ref.as_ref()).map(|r| &r.name);
    let keys = entries(spec).filter_map(|from| from.config_map_key_ref.as_ref()).map(|r| &r.name);
    sources.chain(whole.chain(keys).map(String::as_str)).collect()
}

fn secrets(spec: &Spec) -> BTreeSet<&str> {
    let whole = entries(spec).filter_map(|from| from.secret_ref.as_ref()).map(|r| &r.name);
    let keys = entries(spec).filter_map(|from| from.secret_key_ref.as_ref()).map(|r| &r.name);
    let telemetry = spec.telemetry.iter();
    let headers = telemetry.clone().flat_map(|t| &t.headers);
    let headers = headers.filter_map(|header| header.secret_key_ref.as_ref()).map(|r| &r.name);
    let authorities = telemetry.filter_map(|t| t.tls.as_ref()?.ca_secret_ref.as_ref());
    let authorities = authorities.map(|r| &r.name);
    whole.chain(keys).chain(headers).chain(authorities).map(String::as_str).collect()
}

fn entries(spec: &Spec) -> impl Iterator<Item = &graph::ConfigFrom> {
    spec.components.iter().flat_map(|component: &Component| &component.config_from)
}

impl Mount {
    pub(super) fn volume(&self) -> Volume {
        let mut volume = Volume { name: self.volume.clone(), ..Volume::default() };
        match &self.source {
            Origin::ConfigMap { name, optional } => {
                volume.config_map = Some(ConfigMapVolumeSource {
                    name: name.clone(),
                    optional: optional.then_some(true),
                    ..ConfigMapVolumeSource::default()
                });
            }
            Origin::Secret(name) => {
                volume.secret = Some(SecretVolumeSource {
                    secret_name: Some(name.clone()),
                    optional: Some(true),
                    ..SecretVolumeSource::default()
                });
            }
            Origin::PullSecret(name) => {
                volume.secret = Some(SecretVolumeSource {
                    secret_name: Some(name.clone()),
                    optional: Some(true),
                    items: Some(vec![KeyToPath {
                        key: PULL_SECRET_KEY.to_owned(),
                        path: PULL_SECRET_KEY.to_owned(),
                        mode: None,
                    }]),
                    ..SecretVolumeSource::default()
                });
            }
            Origin::Empty => {
                volume.empty_dir = Some(EmptyDirVolumeSource {
                    size_limit: Some(Quantity(CACHE_SIZE.to_owned())),
                    ..EmptyDirVolumeSource::default()
                });
            }
        }
        volume
    }

    pub(super) fn mount(&self) -> VolumeMount {
        VolumeMount {
            name: self.volume.clone(),
            mount_path: self.path.clone(),
            read_only: (self.source != Origin::Empty).then_some(true),
            ..VolumeMount::default()
        }
    }
}
