//! The program of the container that holds a pod's namespaces.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::Place;
use crate::step;

const SOURCE: &str = include_str!("pause/pause.c");

/// What is missing on this machine, if anything. Rust links with the same compiler.
pub(super) fn missing() -> Option<String> {
    let found = step::output(Command::new("cc").arg("--version")).is_ok();
    (!found).then(|| "a C compiler with a static libc (Debian: gcc and libc6-dev)".into())
}

/// The path of the binary.
pub(super) fn install(cache: &Path) -> Result<PathBuf> {
    let place = Place::new(cache, "pause-1", SOURCE);
    if !place.is_built() {
        place.build(build)?;
    }
    Ok(place.folder.join("pause"))
}

fn build(folder: &Path) -> Result<()> {
    fs::write(folder.join("pause.c"), SOURCE)?;
    let mut command = Command::new("cc");
    command.current_dir(folder).args(["-static", "-Os", "-s", "-o", "pause", "pause.c"]);
    step::run("pause", &mut command)
}
