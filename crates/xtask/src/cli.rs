//! The words of the command line. Knows which chores there are, not how they are done.

use clap::{Parser, Subcommand};

use crate::bench;
use crate::chart;
use crate::cluster;
use crate::component;
use crate::demo;
use crate::images;
use crate::lint;
use crate::project::Project;
use crate::suite;
use crate::tools;
use crate::wasm;

/// The chores of this project.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
pub(crate) struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Build the wasm components into target/components (example: cargo xtask wasm)
    Wasm,
    /// Build a crate of yours into a component (example: cargo xtask component examples/own-component)
    Component(component::Options),
    /// Run both telemetry paths end to end and show what arrived (example: cargo xtask demo)
    Demo,
    /// Check form, lints, sizes, names, arrows and dependencies (example: cargo xtask lint --fast)
    Lint(lint::Options),
    /// Build the programs the tests talk to and print where they are (example: export $(cargo
    /// xtask tools), before cargo test)
    Tools(tools::Options),
    /// Bring a Kubernetes cluster up and down (example: export KUBECONFIG=$(cargo xtask cluster
    /// up))
    Cluster(cluster::Options),
    /// Check the chart with helm (example: cargo xtask chart)
    Chart,
    /// Write the container images without a container engine (example: cargo xtask images --load)
    Images(images::Options),
    /// Install what the tests need and run all of them (example: cargo xtask test --long)
    Test(suite::Options),
    /// Measure what is promised about speed (example: cargo xtask bench invoke)
    Bench(bench::Options),
}

impl Cli {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let project = Project::locate()?;
        match self.chore {
            Chore::Wasm => wasm::run(&project),
            Chore::Component(options) => component::run(&project, &options),
            Chore::Demo => demo::run(&project),
            Chore::Lint(options) => lint::run(&project, &options),
            Chore::Tools(options) => tools::run(&options),
            Chore::Cluster(options) => cluster::run(&project, &options),
            Chore::Chart => chart::run(&project, tools::install()?.get("CG_HELM")?),
            Chore::Images(options) => images::run(&project, &options),
            Chore::Test(options) => suite::run(&project, &options),
            Chore::Bench(options) => bench::run(&project, &options),
        }
    }
}
