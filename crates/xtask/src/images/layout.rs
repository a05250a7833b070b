//! An image as an archive of the OCI image layout, which containerd, Docker, skopeo and oras read.
//! What is in the layer is not known here.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::{Value, json};
use tar::Builder;

use super::content::USER;
use super::layer::{self, Layer, digest};

/// An image of one layer.
pub(super) struct Image {
    /// With a tag.
    pub(super) reference: String,
    pub(super) entrypoint: String,
    pub(super) labels: Vec<(String, String)>,
    pub(super) layer: Layer,
}

impl Image {
    /// The digest by which others name the image: the one of its manifest.
    pub(super) fn digest(&self) -> Result<String> {
        Ok(digest(&self.manifest()?))
    }

    /// The archive.
    pub(super) fn archive(&self) -> Result<Vec<u8>> {
        let mut blobs = BTreeMap::new();
        for bytes in [self.layer.bytes.clone(), self.config()?, self.manifest()?] {
            blobs.insert(format!("blobs/{}", digest(&bytes).replace(':', "/")), bytes);
        }
        let mut builder = Builder::new(Vec::new());
        for folder in ["blobs/", "blobs/sha256/"] {
            layer::add(&mut builder, folder, 0o755, &[])?;
        }
        for (path, bytes) in &blobs {
            layer::add(&mut builder, path, 0o644, bytes)?;
        }
        layer::add(&mut builder, "index.json", 0o644, &self.index()?)?;
        let layout = json!({"imageLayoutVersion": "1.0.0"});
        layer::add(&mut builder, "oci-layout", 0o644, &serde_json::to_vec(&layout)?)?;
        Ok(builder.into_inner()?)
    }

    fn config(&self) -> Result<Vec<u8>> {
        let labels: BTreeMap<_, _> = self.labels.iter().cloned().collect();
        let config = json!({
            "created": "1970-01-01T00:00:00Z",
            "architecture": architecture(),
            "os": "linux",
            "config": {
                "User": format!("{USER}:{USER}"),
                "Entrypoint": [self.entrypoint],
                "WorkingDir": "/",
                "Labels": labels,
            },
            "rootfs": {"type": "layers", "diff_ids": [self.layer.diff_id]},
        });
        Ok(serde_json::to_vec(&config)?)
    }

    fn manifest(&self) -> Result<Vec<u8>> {
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": descriptor("application/vnd.oci.image.config.v1+json", &self.config()?),
            "layers": [descriptor(self.layer.media_type, &self.layer.bytes)],
        });
        Ok(serde_json::to_vec(&manifest)?)
    }

    /// Readers differ in which annotation they take the name from.
    fn index(&self) -> Result<Vec<u8>> {
        let manifest = self.manifest()?;
        let mut entry = descriptor("application/vnd.oci.image.manifest.v1+json", &manifest);
        let tag = self.reference.rsplit(':').next().unwrap_or_default();
        if let Some(entry) = entry.as_object_mut() {
            entry.insert("platform".into(), json!({"architecture": architecture(), "os": "linux"}));
            entry.insert(
                "annotations".into(),
                json!({
                    "io.containerd.image.name": self.reference,
                    "org.opencontainers.image.ref.name": tag,
                }),
            );
        }
        let index = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": [entry],
        });
        Ok(serde_json::to_vec(&index)?)
    }
}

fn descriptor(media_type: &str, bytes: &[u8]) -> Value {
    json!({"mediaType": media_type, "digest": digest(bytes), "size": bytes.len()})
}

/// The architecture of this machine, in OCI's words.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use expect_test::expect_file;

    use super::super::content::{Entry, Kind};
    use super::*;

    fn image(compress: bool) -> Image {
        let entry = |path: &str, mode, text: &str| Entry {
            path: path.into(),
            mode,
            bytes: text.into(),
            kind: Kind::Data,
        };
        let entries = [
            entry("program", 0o755, "runs"),
            entry("tmp/", 0o1777, ""),
            entry("etc/ssl/roots", 0o644, "trust"),
            entry("etc/passwd", 0o644, "nonroot"),
        ];
        Image {
            reference: "localhost/componentgraph/program:1.2.3".into(),
            entrypoint: "/program".into(),
            labels: vec![("title".into(), "a program".into())],
            layer: Layer::new(&entries, compress).unwrap(),
        }
    }

    /// Every file with its text; that of a layer is listed in turn.
    fn list(tar: &[u8], indent: &str) -> String {
        let mut archive = tar::Archive::new(tar);
        let mut text = String::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let header = entry.header();
            let (mode, time) = (header.mode().unwrap(), header.mtime().unwrap());
            let owner = header.uid().unwrap() + header.gid().unwrap();
            let path = entry.path().unwrap().display().to_string();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            let content = match bytes.get(257..262) {
                Some(b"ustar") => format!("\n{}", list(&bytes, "    ").trim_end()),
                _ => String::from_utf8(bytes).unwrap(),
            };
            text += &format!("{indent}{path} {mode:o} {owner} {time}: {content}\n");
        }
        // The one word that differs between machines.
        text.replace(&format!("\"{}\"", architecture()), "\"ARCH\"")
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn archive() {
        let archive = image(false).archive().unwrap();
        expect_file!["testdata/archive.txt"].assert_eq(&list(&archive, ""));
    }

    #[test]
    fn the_same_entries_make_the_same_bytes() {
        for compress in [false, true] {
            let (one, two) = (image(compress), image(compress));
            assert_eq!(one.archive().unwrap(), two.archive().unwrap());
        }
        assert_ne!(image(true).digest().unwrap(), image(false).digest().unwrap());
        assert_eq!(image(true).layer.diff_id, image(false).layer.diff_id);
    }
}
