//! The OCI registry that artifacts are pushed to and pulled from, a package of Debian's.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::packages;
use crate::apt;

const PACKAGE: &str = "docker-registry";

/// The path of the program, which is installed if it can be.
pub(crate) fn install() -> Result<PathBuf> {
    if packages::find(PACKAGE).is_none() {
        apt::install(&[PACKAGE]).with_context(|| {
            format!("the tests need the program `{PACKAGE}` on PATH: an OCI registry")
        })?;
    }
    packages::find(PACKAGE).with_context(|| format!("{PACKAGE} was installed and is not there"))
}
