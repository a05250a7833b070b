//! Debian's compiler for the web: `rustc-web` and the sources of the standard library. Knows
//! nothing of other ways to get a compiler.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::bail;

use super::compiler::ask;
use crate::apt;

/// What has to be installed.
pub(crate) const PACKAGES: [&str; 2] = ["rustc-web", "rust-web-src"];

const RUSTC: &str = "/usr/bin/rustc";

/// The linker of the target, which belongs to every Rust toolchain but not to `PATH`.
const LINKER: &str = "rust-lld";

/// The compiler with its sources, installed if that is possible.
pub(crate) fn rustc() -> anyhow::Result<PathBuf> {
    if !sources_are_there() {
        apt::install(&PACKAGES)?;
    }
    if !sources_are_there() {
        bail!("{RUSTC} has no sources of the standard library");
    }
    Ok(PathBuf::from(RUSTC))
}

fn sources_are_there() -> bool {
    Path::new(RUSTC).is_file()
        && ask(Path::new(RUSTC), &["--print", "sysroot"]).is_ok_and(|sysroot| {
            Path::new(&sysroot).join("lib/rustlib/src/rust/library/std/Cargo.toml").is_file()
        })
}

/// `PATH` with a folder that has the linker, which the active toolchain lends.
pub(crate) fn path_with_linker() -> anyhow::Result<OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    let sysroot = ask(Path::new("rustc"), &["--print", "sysroot"])?;
    let host = ask(Path::new("rustc"), &["--print", "host-tuple"])?;
    let lent = Path::new(&sysroot).join("lib/rustlib").join(host).join("bin");
    let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
    if lent.join(LINKER).is_file() {
        folders.insert(0, lent);
    } else if !folders.iter().any(|folder| folder.join(LINKER).is_file()) {
        bail!("{LINKER} is neither in {} nor in PATH; install lld", lent.display());
    }
    Ok(env::join_paths(folders)?)
}
