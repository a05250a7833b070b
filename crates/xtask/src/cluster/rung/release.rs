//! The chart as a release: installed, upgraded, given other values. What it brings is not known here.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::world::{RELEASE, SYSTEM, World};
use crate::cluster::kubectl::direct;
use crate::step;

/// Where charts are, in a checkout.
pub(super) const CHART: &str = "charts/componentgraph";

/// The images are in the node already, under the names `cargo xtask images` gives them.
const VALUES: [&str; 6] = [
    "image.repository=localhost/componentgraph/operator",
    "runtime.image.repository=localhost/componentgraph/runtime-node",
    "collector.install=true",
    "collector.image.repository=localhost/componentgraph/otelcol",
    "image.pullPolicy=Never",
    "collector.image.pullPolicy=Never",
];

impl World {
    pub(super) fn helm(&self, args: &[&str]) -> Result<String> {
        let mut command = Command::new(&self.helm);
        command.arg("--kubeconfig").arg(&self.kubeconfig).args(["--namespace", SYSTEM]).args(args);
        step::output(direct(&mut command))
    }

    /// Installs the chart as the README says, with the images that were loaded.
    pub(in crate::cluster) fn install(&self) -> Result<()> {
        self.install_as(RELEASE, &[])
    }

    /// The same under another name, or with more to say.
    pub(super) fn install_as(&self, release: &str, more: &[&str]) -> Result<()> {
        self.install_chart(&self.root.join(CHART), release, more)
    }

    pub(super) fn install_chart(&self, chart: &Path, release: &str, more: &[&str]) -> Result<()> {
        let chart = chart.display().to_string();
        let mut args = vec!["upgrade", "--install", release, chart.as_str()];
        args.extend(["--create-namespace", "--wait", "--timeout", "180s"]);
        args.extend(more);
        for value in VALUES {
            args.extend(["--set", value]);
        }
        self.helm(&args).map(|_| ())
    }

    /// Sets values of the installed chart to the content of files.
    pub(super) fn set(&self, files: &[(&str, &str)]) -> Result<()> {
        let values: Vec<_> = files.iter().map(|(name, path)| format!("{name}={path}")).collect();
        let more: Vec<_> = values.iter().flat_map(|v| ["--set-file", v.as_str()]).collect();
        self.install_as(RELEASE, &more)
    }
}
