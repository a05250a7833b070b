//! CoreDNS, the names of a cluster.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::{Place, go};

const VERSION: &str = "1.12.4";

/// The path of the binary.
pub(super) fn install(cache: &Path) -> Result<PathBuf> {
    let package = format!("github.com/coredns/coredns@v{VERSION}");
    let place = Place::new(cache, &format!("coredns-{VERSION}"), package.clone());
    if !place.is_built() {
        place.build(|folder| go::install(folder, &package, &format!("CoreDNS {VERSION}")))?;
    }
    Ok(place.folder.join("coredns"))
}
