//! `cargo xtask wasm`: sources → compiler → core modules → components. Knows nothing of what the
//! components do.

mod compiler;
mod debian;
mod encode;
#[cfg(test)]
mod interfaces;
mod modules;
mod sources;
mod stamp;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::bail;

use crate::project::Project;
use compiler::Compiler;
use stamp::Stamp;

/// Builds what is out of date and says on standard error what it does.
pub(crate) fn run(project: &Project) -> anyhow::Result<()> {
    let crates = sources::crates(project)?;
    if crates.is_empty() {
        bail!("no crates in {}", project.components().display());
    }
    let compiler = Compiler::find(project)?;
    eprintln!("wasm compiler: {compiler}");

    let stamp = Stamp::of(project, &compiler)?;
    if stamp.is_current(project, &crates) {
        eprintln!("{} components are up to date in {}", crates.len(), shown(project));
        return Ok(());
    }
    modules::build(project, &compiler)?;
    for name in &crates {
        let size = encode::component(project, name)?;
        eprintln!("  {name}.wasm {} KiB", size.div_ceil(1024));
    }
    stamp.write(project)?;
    eprintln!("{} components are in {}", crates.len(), shown(project));
    Ok(())
}

/// Compiles a crate outside of the project to a core module and says where it is.
pub(crate) fn foreign(project: &Project, dir: &Path, name: &str) -> anyhow::Result<PathBuf> {
    let compiler = Compiler::find(project)?;
    eprintln!("wasm compiler: {compiler}");
    modules::foreign(project, &compiler, dir, name)
}

/// The component in a core module.
pub(crate) fn componentize(module: &Path) -> anyhow::Result<Vec<u8>> {
    encode::encode(&fs::read(module)?)
}

fn shown(project: &Project) -> String {
    let folder = project.artifacts();
    folder.strip_prefix(project.root()).unwrap_or(&folder).display().to_string()
}
