//! The OpenTelemetry Collector, built from Go modules with the few parts the tests need.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::{Place, go};
use crate::step;

pub(crate) const VERSION: &str = "0.150.0";
const CONFIG: &str = include_str!("otelcol.yaml");

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
    let mut command = go::command(folder);
    command.args(["run", &builder, "--config", "otelcol.yaml"]);
    step::run(&format!("OpenTelemetry Collector {VERSION} (takes some minutes)"), &mut command)?;
    fs::rename(folder.join("out/otelcol"), folder.join("otelcol"))?;
    Ok(fs::remove_dir_all(folder.join("out"))?)
}
