//! Puts a component into a registry, in the layout that the CNCF recommends for wasm: one layer with
//! the bytes themselves, and a configuration that says what they import and export.

use graph::{ImageReference, ImageVersion, Problem};
use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::{Method, Response, StatusCode, Url};
use serde_json::json;

use super::RegistryError;
use super::session::{Right, Session};
use crate::fetch::{FetchError, Fetcher};
use crate::{Options, digest, report};

const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG_TYPE: &str = "application/vnd.wasm.config.v0+json";
const WASM_TYPE: &str = "application/wasm";
const BYTES_TYPE: &str = "application/octet-stream";

/// What the configuration says of a component.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// Full interface names.
    pub imports: Vec<String>,
    pub exports: Vec<String>,
}

/// An artifact that is in a registry now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// Reference by digest, which always means these bytes.
    pub image: ImageReference,
    /// Digest of the component's bytes.
    pub digest: String,
}

/// Puts `bytes` where `image` says. Without a tag it gets `latest`.
pub async fn publish(
    bytes: &[u8],
    about: &About,
    image: &ImageReference,
    options: &Options,
) -> Result<Published, Box<Problem>> {
    let outcome = async {
        let access = &options.access;
        let fetcher = Fetcher::new(options.fetch_timeout, options.max_bytes, access)?;
        let session = Session::new(&fetcher, access, image, Right::Push);
        Publisher { session, fetcher: &fetcher }.run(bytes, about, image).await
    };
    outcome.await.map_err(|error| Box::new(report::not_published(image, &error)))
}

struct Publisher<'a> {
    session: Session<'a>,
    fetcher: &'a Fetcher,
}

impl Publisher<'_> {
    async fn run(
        &self,
        bytes: &[u8],
        about: &About,
        image: &ImageReference,
    ) -> Result<Published, RegistryError> {
        let name = digest(bytes);
        let config = config(about, &name).to_string().into_bytes();
        self.blob(bytes, &name).await?;
        self.blob(&config, &digest(&config)).await?;
        let manifest = manifest(&config, bytes).to_string().into_bytes();
        let own = digest(&manifest);
        let path = match &image.version {
            ImageVersion::Tag(tag) => format!("manifests/{tag}"),
            // A manifest that is named by its digest can only be this one.
            ImageVersion::Digest(_) => format!("manifests/{own}"),
        };
        let answer = self.put(&self.session.url(&path), MANIFEST_TYPE, &manifest).await?;
        self.session.accept(answer, &path).await?;
        let image = ImageReference { version: ImageVersion::Digest(own), ..image.clone() };
        Ok(Published { image, digest: name })
    }

    /// Uploads a blob unless it is there.
    async fn blob(&self, bytes: &[u8], name: &str) -> Result<(), RegistryError> {
        let path = format!("blobs/{name}");
        let found = self.session.ask(Method::HEAD, &path, None).await?;
        if found.status().is_success() {
            return Ok(());
        }
        if found.status() != StatusCode::NOT_FOUND {
            return self.session.accept(found, &path).await.map(|_| ());
        }
        let path = "blobs/uploads/";
        let begun = self.session.ask(Method::POST, path, None).await?;
        let begun = self.session.accept(begun, path).await?;
        let url = upload(&begun, name)?;
        let answer = self.put(&url, BYTES_TYPE, bytes).await?;
        self.session.accept(answer, path).await.map(|_| ())
    }

    async fn put(&self, url: &str, kind: &str, bytes: &[u8]) -> Result<Response, RegistryError> {
        let body = bytes.to_vec();
        self.session
            .send(|| {
                let request = self.fetcher.request(Method::PUT, url)?;
                Ok(request.header(CONTENT_TYPE, kind).body(body.clone()))
            })
            .await
    }
}

/// Where the registry wants the bytes, relative or absolute, with a query of its own or without.
fn upload(begun: &Response, name: &str) -> Result<String, FetchError> {
    let place = begun.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    let place = place.and_then(|place| begun.url().join(place).ok());
    let mut url: Url = place.ok_or(FetchError::Address)?;
    url.query_pairs_mut().append_pair("digest", name);
    Ok(url.into())
}

fn config(about: &About, layer: &str) -> serde_json::Value {
    json!({
        // Equal bytes are one artifact, whenever they were pushed.
        "created": "1970-01-01T00:00:00Z",
        "architecture": "wasm",
        "os": "wasip2",
        "layerDigests": [layer],
        "component": { "exports": about.exports, "imports": about.imports, "target": null },
    })
}

fn manifest(config: &[u8], layer: &[u8]) -> serde_json::Value {
    let blob = |kind: &str, bytes: &[u8]| json!({ "mediaType": kind, "digest": digest(bytes), "size": bytes.len() });
    json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": blob(CONFIG_TYPE, config),
        "layers": [blob(WASM_TYPE, layer)],
    })
}
