//! Runs cargo over the components workspace. Knows nothing of the component model.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use super::compiler::{Compiler, TARGET};
use crate::project::Project;

/// Compiles every wasm crate to a core module.
pub(crate) fn build(project: &Project, compiler: &Compiler) -> anyhow::Result<()> {
    let mut cargo = compiler.cargo_build()?;
    cargo
        .current_dir(project.components())
        .args(["--release", "--locked", "--workspace", "--lib"])
        .arg("--target-dir")
        .arg(target_dir(project))
        // Flags of the caller are meant for the host; the bytes must depend on our sources alone.
        .env("CARGO_ENCODED_RUSTFLAGS", remap(project))
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_BUILD_TARGET")
        .stdout(std::io::stderr());
    let status = cargo.status().context("cannot run cargo")?;
    if !status.success() {
        bail!("building the wasm crates failed: {status}");
    }
    Ok(())
}

/// Compiles one crate outside of the project.
pub(crate) fn foreign(
    project: &Project,
    compiler: &Compiler,
    dir: &Path,
    name: &str,
) -> anyhow::Result<PathBuf> {
    let mut cargo = compiler.cargo_build()?;
    cargo
        .current_dir(dir)
        .args(["--release", "--lib", "--target-dir"])
        .arg(target_dir(project))
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_BUILD_TARGET")
        .stdout(std::io::stderr());
    let status = cargo.status().context("cannot run cargo")?;
    if !status.success() {
        bail!("building {name} failed: {status}");
    }
    Ok(file(project, name))
}

/// The core module of one crate.
pub(crate) fn file(project: &Project, name: &str) -> PathBuf {
    let module = format!("{}.wasm", name.replace('-', "_"));
    target_dir(project).join(TARGET).join("release").join(module)
}

fn target_dir(project: &Project) -> PathBuf {
    project.artifacts().join("build")
}

/// Keeps the folders of this machine out of panic messages, so that equal sources give equal bytes.
fn remap(project: &Project) -> OsString {
    let mut flags = OsString::from("--remap-path-prefix=");
    flags.push(project.root());
    flags.push("=/");
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    if let Some(home) = home {
        flags.push("\u{1f}--remap-path-prefix=");
        flags.push(home);
        flags.push("=/cargo");
    }
    flags
}
