//! Kubernetes and etcd in one binary, from Go modules: a cluster's programs share most of their
//! code, which is compiled and linked once.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::{Place, go};
use crate::step;

const VERSION: &str = "1.34.4";
const SOURCES: [(&str, &str); 3] = [
    ("go.mod", include_str!("hyperkube/go.mod")),
    ("go.sum", include_str!("hyperkube/go.sum")),
    ("main.go", include_str!("hyperkube/main.go")),
];

/// The path of the binary.
pub(super) fn install(cache: &Path) -> Result<PathBuf> {
    let recipe: String = SOURCES.iter().map(|(_, text)| *text).chain([FLAGS]).collect();
    let place = Place::new(cache, &format!("hyperkube-{VERSION}"), recipe);
    if !place.is_built() {
        place.build(build)?;
    }
    Ok(place.folder.join("hyperkube"))
}

/// The version is no part of the modules; without it the API server says 0.0.0.
const FLAGS: &str = "-s -w \
    -X k8s.io/component-base/version.gitVersion=v1.34.4 \
    -X k8s.io/component-base/version.gitMajor=1 \
    -X k8s.io/component-base/version.gitMinor=34";

fn build(folder: &Path) -> Result<()> {
    go::write_module(folder, &SOURCES)?;
    let mut command = go::command(folder);
    command.args([
        "build",
        "-mod=readonly",
        "-trimpath",
        "-ldflags",
        FLAGS,
        "-o",
        "hyperkube",
        ".",
    ]);
    step::run(&format!("Kubernetes {VERSION} (takes about six minutes)"), &mut command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_version_in_flags_and_module() {
        assert!(FLAGS.contains(&format!("gitVersion=v{VERSION} ")));
        let module = SOURCES[0].1;
        assert!(module.contains(&format!("k8s.io/kubernetes v{VERSION}\n")));
    }
}
