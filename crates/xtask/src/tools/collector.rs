//! The OpenTelemetry Collector, built from Go modules with the few parts the tests need.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::Place;
use crate::step;

const VERSION: &str = "0.150.0";
const CONFIG: &str = include_str!("otelcol.yaml");

/// What is missing on this machine, if anything.
pub(super) fn missing() -> Option<String> {
    let found = step::output(Command::new("go").arg("version")).is_ok();
    (!found).then(|| "Go, which builds the OpenTelemetry Collector: https://go.dev/dl/".into())
}

/// The path of the Collector.
pub(super) fn install(cache: &Path) -> Result<PathBuf> {
    let place = Place::new(cache, &format!("otelcol-{VERSION}"), CONFIG);
    if !place.is_built() {
        place.build(build)?;
    }
    Ok(place.folder.join("otelcol"))
}

fn build(folder: &Path) -> Result<()> {
    fs::write(folder.join("otelcol.yaml"), CONFIG)?;
    let builder = format!("go.opentelemetry.io/collector/cmd/builder@v{VERSION}");
    let mut command = Command::new("go");
    command.current_dir(folder).env("CGO_ENABLED", "0");
    command.args(["run", &builder, "--config", "otelcol.yaml"]);
    step::run(&format!("OpenTelemetry Collector {VERSION} (takes some minutes)"), &mut command)?;
    fs::rename(folder.join("out/otelcol"), folder.join("otelcol"))?;
    Ok(fs::remove_dir_all(folder.join("out"))?)
}
