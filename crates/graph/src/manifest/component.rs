//! One entry of `spec.components`: an artifact, what it imports, its configuration and limits.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Name;
use crate::value::{duration, quantity};

/// One wasm component. Exactly one of `image`, `file`, `builtin`, `configMapKeyRef`, `url` names
/// its artifact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Component {
    /// Unique among components and capabilities.
    pub name: Name,
    /// OCI reference by tag or digest, such as `registry.example/team/guest:1.2`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Path relative to the manifest. Laptop only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// A component shipped with the runtime node: `hello-log`, `otel-to-grpc` or `grpc-to-http`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub builtin: Option<String>,
    /// A key of a ConfigMap (`binaryData`) in the namespace of the graph.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_map_key_ref: Option<ConfigMapKeyRef>,
    /// An `https://` or `http://` address; `digest` is required beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// `sha256:` and 64 hex digits of the artifact's bytes. Other bytes are refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Names of the components and capabilities this component may use, at most 32.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub imports: Vec<Name>,
    /// Decides which listed provider satisfies an import when several could.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<LinkHint>,
    /// Values the component reads through `wasi:config/store`. Wins over `configFrom`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub config: BTreeMap<String, String>,
    /// Configuration from ConfigMaps and Secrets; later entries win.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub config_from: Vec<ConfigFrom>,
    /// Environment variables the component sees through `wasi:cli/environment`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<EnvVar>,
    /// Limits of this component's share of an invocation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<Limits>,
    /// Free labels, for people and selectors.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Whether consumers share one instance. `Shared` unless set; for `builtin: otel-to-grpc`
    /// `PerConsumer`, so that the host knows whose record it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instances: Option<Instances>,
}

impl Component {
    /// Where the artifact comes from; `None` only before the manifest was checked.
    pub fn source(&self) -> Option<Source<'_>> {
        if let Some(image) = &self.image {
            return Some(Source::Image(image));
        }
        if let Some(file) = &self.file {
            return Some(Source::File(file));
        }
        if let Some(builtin) = &self.builtin {
            return Some(Source::Builtin(builtin));
        }
        if let Some(key) = &self.config_map_key_ref {
            return Some(Source::ConfigMap(key));
        }
        self.url.as_deref().map(Source::Url)
    }

    /// The effective setting of `instances`.
    pub fn instances(&self) -> Instances {
        self.instances.unwrap_or(match self.builtin.as_deref() {
            Some("otel-to-grpc") => Instances::PerConsumer,
            _ => Instances::Shared,
        })
    }
}

/// Where an artifact comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Source<'a> {
    Image(&'a str),
    File(&'a str),
    Builtin(&'a str),
    ConfigMap(&'a ConfigMapKeyRef),
    Url(&'a str),
}

/// How many instances of a component a composition holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
pub enum Instances {
    /// One, shared by all consumers within an invocation.
    Shared,
    /// One for each consumer.
    PerConsumer,
}

/// A key of a ConfigMap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConfigMapKeyRef {
    /// Name of the object, in the namespace of the graph.
    pub name: String,
    /// The key in it.
    pub key: String,
}

/// Decides one import: `import` is the interface as the component names it, with or without its
/// version (or the name of a world-level function); `from` is one of the listed names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LinkHint {
    /// The import as the component names it.
    pub import: String,
    /// The component or capability that satisfies it, one of `imports`.
    pub from: Name,
}

/// One source of configuration: a whole ConfigMap or Secret, or one key of it under `key`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConfigFrom {
    /// Every key of a Secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_ref: Option<NameRef>,
    /// Every key of a ConfigMap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_map_ref: Option<NameRef>,
    /// The configuration key that receives the one value of `secretKeyRef` or `configMapKeyRef`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// One key of a Secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_key_ref: Option<ConfigMapKeyRef>,
    /// One key of a ConfigMap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_map_key_ref: Option<ConfigMapKeyRef>,
}

/// A reference by name to an object in the namespace of the graph.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NameRef {
    /// Name of the object.
    pub name: String,
}

/// One environment variable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EnvVar {
    /// Name of the variable, once for each component.
    pub name: String,
    /// Its value, as it stands here.
    pub value: String,
}

/// Upper bounds. Each has a default; see the documentation of the runtime node.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Limits {
    /// Linear memory, as a quantity such as `64Mi`. Of a component, or of all together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<String>,
    /// Wall clock of one invocation, as a duration such as `500ms` or `10s`. Only on the graph.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<String>,
    /// Invocations at the same time. Only on the graph.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<u32>,
    /// Largest request body, as a quantity. Only on the graph.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_body: Option<String>,
}

impl Limits {
    /// `memory` in bytes; `None` when it is not set.
    pub fn memory_bytes(&self) -> Option<u64> {
        quantity(self.memory.as_deref()?).ok()
    }

    /// `timeout`; `None` when it is not set.
    pub fn invocation_timeout(&self) -> Option<Duration> {
        duration(self.timeout.as_deref()?).ok()
    }

    /// `requestBody` in bytes; `None` when it is not set.
    pub fn request_body_bytes(&self) -> Option<u64> {
        quantity(self.request_body.as_deref()?).ok()
    }
}
