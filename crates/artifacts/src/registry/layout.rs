//! Which part of an image is the component. Read are the layouts that `wkg`, `wash`, `oras` and
//! `runtime-node push` write; nothing is fetched here.

use serde::Deserialize;

/// Manifests that can be read.
pub(super) const ACCEPT: &str = "application/vnd.oci.image.manifest.v1+json, \
    application/vnd.oci.image.index.v1+json, \
    application/vnd.docker.distribution.manifest.v2+json, \
    application/vnd.docker.distribution.manifest.list.v2+json";

/// What a manifest leads to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content {
    Layer(Layer),
    /// Digest of the manifest to be read instead.
    Manifest(String),
}

/// A blob.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Layer {
    #[serde(default)]
    media_type: String,
    pub(super) digest: String,
    #[serde(default)]
    pub(super) size: u64,
}

impl Layer {
    fn is_wasm(&self) -> bool {
        let kind = self.media_type.as_str();
        kind == "application/wasm" || kind.ends_with("+wasm") || kind.contains(".wasm.")
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LayoutError {
    #[error("its manifest cannot be read: {0}")]
    Manifest(String),
    #[error("it has no layers")]
    NoLayers,
    #[error("none of its {} layers is wasm: {}", .0.len(), .0.join(", "))]
    NoWasm(Vec<String>),
    #[error("{0} of its layers are wasm, and a component is one")]
    Several(usize),
    #[error("it is there for {} platforms, and none of them is wasm: {}", .0.len(), .0.join(", "))]
    Platforms(Vec<String>),
    #[error("it is an index of indexes")]
    Nested,
}

#[derive(Deserialize)]
struct Manifest {
    layers: Option<Vec<Layer>>,
    manifests: Option<Vec<Entry>>,
}

#[derive(Deserialize)]
struct Entry {
    digest: String,
    platform: Option<Platform>,
}

#[derive(Deserialize)]
struct Platform {
    #[serde(default)]
    architecture: String,
    #[serde(default)]
    os: String,
}

/// Reads an image manifest, or an index of some.
pub(super) fn read(manifest: &[u8]) -> Result<Content, LayoutError> {
    let manifest: Manifest = serde_json::from_slice(manifest)
        .map_err(|error| LayoutError::Manifest(error.to_string()))?;
    match (manifest.layers, manifest.manifests) {
        (Some(layers), _) => layer(layers).map(Content::Layer),
        (None, Some(entries)) => entry(entries).map(Content::Manifest),
        (None, None) => Err(LayoutError::NoLayers),
    }
}

/// `oras` knows nothing of wasm unless it is told: a layer that is alone is the one.
fn layer(mut layers: Vec<Layer>) -> Result<Layer, LayoutError> {
    if layers.len() > 1 {
        let types = layers.iter().map(|layer| layer.media_type.clone()).collect();
        layers.retain(Layer::is_wasm);
        if layers.is_empty() {
            return Err(LayoutError::NoWasm(types));
        }
    }
    match (layers.pop(), layers.len()) {
        (Some(layer), 0) => Ok(layer),
        (Some(_), more) => Err(LayoutError::Several(more + 1)),
        (None, _) => Err(LayoutError::NoLayers),
    }
}

fn entry(mut entries: Vec<Entry>) -> Result<String, LayoutError> {
    if entries.len() > 1 {
        let names = entries.iter().filter_map(|entry| entry.platform.as_ref());
        let names = names.map(|p| format!("{}/{}", p.os, p.architecture)).collect();
        let is_wasm = |entry: &Entry| {
            entry.platform.as_ref().is_some_and(|platform| platform.architecture == "wasm")
        };
        entries.retain(is_wasm);
        if entries.is_empty() {
            return Err(LayoutError::Platforms(names));
        }
    }
    entries.pop().map(|entry| entry.digest).ok_or(LayoutError::NoLayers)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn check(manifest: &Value, expect: &str) {
        let found = match read(manifest.to_string().as_bytes()) {
            Ok(Content::Layer(layer)) => format!("layer {} of {}", layer.digest, layer.size),
            Ok(Content::Manifest(digest)) => format!("manifest {digest}"),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expect);
    }

    fn blob(media_type: &str, digest: &str) -> Value {
        json!({"mediaType": media_type, "digest": digest, "size": 7})
    }

    #[test]
    fn layouts_of_the_known_tools() {
        let wkg = json!({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": blob("application/vnd.wasm.config.v0+json", "c"),
            "layers": [blob("application/wasm", "a")],
        });
        check(&wkg, "layer a of 7");
        let oras = json!({
            "schemaVersion": 2, "artifactType": "application/vnd.unknown.artifact.v1",
            "config": blob("application/vnd.oci.empty.v1+json", "c"),
            "layers": [blob("application/vnd.oci.image.layer.v1.tar", "a")],
        });
        check(&oras, "layer a of 7");
        let old_wash = json!({"layers": [
            blob("application/vnd.wasmcloud.provider.archive.layer.v1+par", "b"),
            blob("application/vnd.module.wasm.content.layer.v1+wasm", "a"),
        ]});
        check(&old_wash, "layer a of 7");
    }

    #[test]
    fn indexes_lead_to_their_wasm() {
        let of = |os: &str, architecture: &str, digest: &str| json!({"digest": digest, "platform": {"os": os, "architecture": architecture}});
        check(&json!({"manifests": [{"digest": "d"}]}), "manifest d");
        let both = json!({"manifests": [of("linux", "amd64", "a"), of("wasip2", "wasm", "b")]});
        check(&both, "manifest b");
        let none = json!({"manifests": [of("linux", "amd64", "a"), of("linux", "arm64", "b")]});
        check(
            &none,
            "it is there for 2 platforms, and none of them is wasm: linux/amd64, linux/arm64",
        );
    }

    #[test]
    fn everything_else_says_what_it_is() {
        check(&json!({}), "it has no layers");
        check(&json!({"layers": []}), "it has no layers");
        check(
            &json!({"layers": [blob("x/tar", "a"), blob("x/gzip", "b")]}),
            "none of its 2 layers is wasm: x/tar, x/gzip",
        );
        let two = json!({"layers": [blob("application/wasm", "a"), blob("application/wasm", "b")]});
        check(&two, "2 of its layers are wasm, and a component is one");
        check(
            &json!([]),
            "its manifest cannot be read: invalid length 0, expected struct Manifest with 2 elements at line 1 column 2",
        );
    }
}
