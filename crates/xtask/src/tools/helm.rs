//! Helm, which installs the chart as users do.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::{Place, go};

const VERSION: &str = "3.22.0";

/// The path of the binary.
pub(super) fn install(cache: &Path) -> Result<PathBuf> {
    let package = format!("helm.sh/helm/v3/cmd/helm@v{VERSION}");
    let place = Place::new(cache, &format!("helm-{VERSION}"), package.clone());
    if !place.is_built() {
        place.build(|folder| go::install(folder, &package, &format!("Helm {VERSION}")))?;
    }
    Ok(place.folder.join("helm"))
}
