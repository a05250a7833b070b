//! Programs built with Go. Knows how, not which.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::step;

/// What is missing on this machine, if anything.
pub(super) fn missing() -> Option<String> {
    let found = step::output(Command::new("go").arg("version")).is_ok();
    (!found).then(|| {
        "Go 1.24 or later, which builds the programs tests talk to: https://go.dev/dl/".into()
    })
}

/// Go in `folder`, for binaries that need nothing of the system they run on.
pub(super) fn command(folder: &Path) -> Command {
    let mut command = Command::new("go");
    command.current_dir(folder).env("CGO_ENABLED", "0");
    command
}

/// One program of a published module into `folder`.
pub(super) fn install(folder: &Path, package: &str, what: &str) -> Result<()> {
    let mut command = command(folder);
    command.env("GOBIN", folder).args(["install", "-trimpath", "-ldflags", "-s -w", package]);
    step::run(&format!("{what} (takes some minutes)"), &mut command)
}

/// The sources of a module, for a build inside `folder`.
pub(super) fn write_module(folder: &Path, files: &[(&str, &str)]) -> Result<()> {
    for (name, text) in files {
        fs::write(folder.join(name), text)?;
    }
    Ok(())
}
