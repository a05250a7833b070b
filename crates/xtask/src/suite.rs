//! `cargo xtask test`: installs what the tests need, builds the wasm, runs everything.

use std::time::Instant;

use anyhow::{Context as _, Result};

use crate::project::Project;
use crate::{chart, cluster, lint, step, tools, wasm};

/// Options of `cargo xtask test`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Also run the full matrix of paths, receivers, faults and sizes
    #[arg(long)]
    long: bool,
    /// Leave out what needs a Kubernetes node, which needs Linux and root
    #[arg(long)]
    without_cluster: bool,
}

pub(crate) fn run(project: &Project, options: &Options) -> Result<()> {
    let start = Instant::now();
    // Whoever cannot run all of it learns so at once.
    if !options.without_cluster {
        cluster::can_test().context("`--without-cluster` leaves the cluster out")?;
    }
    let tools = tools::install()?;
    wasm::run(project)?;
    chart::run(project, tools.get("CG_HELM")?)?;

    let mut tests = step::cargo(project, ["test", "--locked", "--workspace"]);
    tests.envs(tools.environment);
    if options.long {
        tests.env("CG_LONG", "1");
    }
    step::run("tests of the workspace", &mut tests)?;
    let args = ["test", "--locked", "--workspace", "--manifest-path", "components/Cargo.toml"];
    step::run("tests of the components", &mut step::cargo(project, args))?;
    match options.without_cluster {
        true => eprintln!("test: the cluster was LEFT OUT"),
        false => cluster::test(project, "")?,
    }
    lint::run(project, &lint::Options { fast: false })?;
    eprintln!("test: everything passed in {:.0} s", start.elapsed().as_secs_f64());
    Ok(())
}
