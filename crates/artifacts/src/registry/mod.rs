//! Artifacts in OCI registries: pulled by tag or digest, pushed as the wasm layout of the CNCF. What
//! the bytes are, and who may use them, is judged elsewhere.

mod challenge;
mod failure;
mod layout;
mod publish;
mod session;

use graph::{ImageReference, ImageVersion};
use reqwest::Method;

pub use publish::{About, Published, publish};

pub(crate) use failure::RegistryError;

use crate::access::{Access, CacheFolder};
use crate::fetch::{FetchError, Fetcher};
use crate::{cache, digest};
use layout::{Content, Layer};
use session::{Right, Session};

/// Largest manifest; registries take no larger ones.
const MAX_MANIFEST: u64 = 4 << 20;

/// Bytes of the component that an image holds. With the digest of these bytes they are taken
/// whatever the tag says by now.
pub(crate) async fn pull(
    fetcher: &Fetcher,
    access: &Access,
    image: &ImageReference,
    wanted: Option<&str>,
) -> Result<Vec<u8>, RegistryError> {
    let puller =
        Puller { fetcher, access, session: Session::new(fetcher, access, image, Right::Pull) };
    if let Some(wanted) = wanted {
        if let Some(bytes) = puller.own(wanted).await {
            return Ok(bytes);
        }
        // A layout that packs its component has no such blob.
        match puller.known(wanted).await {
            Err(RegistryError::NotFound { .. }) => {}
            outcome => return outcome,
        }
    }
    let layer = puller.layer(&image.version).await?;
    puller.known(&layer.digest).await
}

struct Puller<'a> {
    fetcher: &'a Fetcher,
    access: &'a Access,
    session: Session<'a>,
}

impl Puller<'_> {
    fn cache(&self) -> Option<&CacheFolder> {
        self.access.cache.as_ref()
    }

    /// What this user fetched earlier: then nobody needs to be asked.
    async fn own(&self, wanted: &str) -> Option<Vec<u8>> {
        let folder = self.cache().filter(|folder| !folder.shared)?;
        cache::get(folder, wanted).await
    }

    /// The blob with this digest, out of the cache once the registry has said that it may be read.
    async fn known(&self, wanted: &str) -> Result<Vec<u8>, RegistryError> {
        let path = format!("blobs/{wanted}");
        if let Some(folder) = self.cache()
            && let Some(bytes) = cache::get(folder, wanted).await
        {
            let answer = self.session.ask(Method::HEAD, &path, None).await?;
            return self.session.accept(answer, &path).await.map(|_| bytes);
        }
        let answer = self.session.ask(Method::GET, &path, None).await?;
        let answer = self.session.accept(answer, &path).await?;
        let bytes = self.fetcher.body(answer, self.fetcher.max()).await?;
        check(&bytes, wanted)?;
        if let Some(folder) = self.cache() {
            cache::put(folder, wanted, &bytes).await;
        }
        Ok(bytes)
    }

    /// Where the manifest of this version says the component is.
    async fn layer(&self, version: &ImageVersion) -> Result<Layer, RegistryError> {
        let layer = match layout::read(&self.manifest(version).await?)? {
            Content::Layer(layer) => layer,
            Content::Manifest(digest) => {
                let inner = self.manifest(&ImageVersion::Digest(digest)).await?;
                match layout::read(&inner)? {
                    Content::Layer(layer) => layer,
                    Content::Manifest(_) => return Err(layout::LayoutError::Nested.into()),
                }
            }
        };
        if layer.size > self.fetcher.max() {
            return Err(FetchError::TooLarge { found: Some(layer.size) }.into());
        }
        Ok(layer)
    }

    async fn manifest(&self, version: &ImageVersion) -> Result<Vec<u8>, RegistryError> {
        let path = format!("manifests/{}", version.as_str());
        let answer = self.session.ask(Method::GET, &path, Some(layout::ACCEPT)).await?;
        let answer = self.session.accept(answer, &path).await?;
        let bytes = self.fetcher.body(answer, MAX_MANIFEST).await?;
        if let ImageVersion::Digest(wanted) = version {
            check(&bytes, wanted)?;
        }
        Ok(bytes)
    }
}

/// A registry need not be trusted with what it serves.
fn check(bytes: &[u8], wanted: &str) -> Result<(), RegistryError> {
    let found = digest(bytes);
    if found.eq_ignore_ascii_case(wanted) {
        return Ok(());
    }
    Err(RegistryError::Damaged { wanted: wanted.to_owned(), found })
}
