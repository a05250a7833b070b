//! A Python with grpcio: the C implementation of gRPC, strictest about framing.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::Place;
use crate::step;

const VERSION: &str = "1.85.1";
const PACKAGES: [&str; 2] = ["grpcio==1.85.1", "typing-extensions==4.16.0"];

/// What is missing on this machine, if anything.
pub(super) fn missing() -> Option<String> {
    let probe = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 9))";
    let found = step::output(Command::new("python3").args(["-c", probe])).is_ok();
    (!found).then(|| "Python 3.9 or later with venv (Debian: python3-venv)".into())
}

/// The path of the interpreter.
pub(super) fn install(cache: &Path) -> Result<PathBuf> {
    let place = Place::new(cache, &format!("grpcio-{VERSION}"), PACKAGES.join("\n"));
    let python = place.folder.join("bin/python");
    // An upgrade of the system's Python leaves an environment that does not start.
    let works = || step::output(Command::new(&python).args(["-c", "import grpc"])).is_ok();
    if !(place.is_built() && works()) {
        place.build(build)?;
    }
    Ok(python)
}

fn build(folder: &Path) -> Result<()> {
    let mut venv = Command::new("python3");
    step::run("Python environment", venv.args(["-m", "venv"]).arg(folder))?;
    let mut pip = Command::new(folder.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]);
    step::run(&format!("grpcio {VERSION}"), pip.args(PACKAGES))
}
