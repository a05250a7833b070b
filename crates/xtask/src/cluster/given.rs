//! The cluster a user has already, named by a context of the own kubeconfig. Nothing is created in
//! it here; its credentials are copied into a file of their own.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use crate::step;

/// Where the copy lies. A context's name may hold anything, so it is no file name.
pub(super) fn kubeconfig(clusters: &Path, context: &str) -> PathBuf {
    let digest: String =
        Sha256::digest(context).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    clusters.join(format!("context-{digest}.kubeconfig"))
}

pub(super) fn up(clusters: &Path, context: &str) -> Result<PathBuf> {
    let mut view = Command::new("kubectl");
    view.args(["config", "view", "--raw", "--minify", "--flatten", "--context", context]);
    let text = step::output(&mut view).with_context(|| format!("context `{context}`"))?;
    let path = kubeconfig(clusters, context);
    fs::create_dir_all(clusters)?;
    fs::write(&path, "")?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
    fs::write(&path, text)?;
    let mut ready = Command::new("kubectl");
    ready.arg("--kubeconfig").arg(&path).args(["get", "--raw", "/readyz"]);
    step::output(&mut ready).with_context(|| format!("the cluster of context `{context}`"))?;
    Ok(path)
}
