//! `bench compose`: chains of components, composed in one process. Knows nothing of how.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::goal;
use super::process::{Processors, build};
use super::spread::{HEADINGS, Spread};
use crate::project::Project;
use crate::step;

/// Options of `cargo xtask bench compose`.
#[derive(clap::Args)]
pub(super) struct Options {
    /// How often each chain is composed
    #[arg(long, default_value = "20")]
    rounds: u32,
}

/// Length and KiB of each component. The middle one is the goal; those around it show how the time
/// grows with the bytes.
const CHAINS: [(u32, u32); 6] = [(8, 1), (8, 125), (8, 250), (8, 500), (8, 1000), (64, 1)];
const GOAL: (u32, u32) = (8, 500);
const GOAL_MILLISECONDS: f64 = 10.0;

#[derive(Deserialize)]
struct Measured {
    components: u32,
    kibibytes: u32,
    nanoseconds: Vec<f64>,
}

pub(super) fn run(project: &Project, options: &Options) -> Result<()> {
    let args = ["--package", "composer", "--example", "compose_speed"];
    let programs = build(project, &args, &["compose_speed"])?;
    let program = programs.first().context("no program")?;
    let mut command = Processors::find().measured(program);
    command.arg(options.rounds.to_string());
    command.args(CHAINS.map(|(length, kibibytes)| format!("{length}x{kibibytes}")));
    let text = step::output(&mut command)?;
    println!("composing a chain, milliseconds{:>10}{HEADINGS}", "µs/MiB");
    let mut found = None;
    for line in text.lines() {
        let measured: Measured = serde_json::from_str(line).context("reading a measurement")?;
        let times: Spread = measured.nanoseconds.iter().map(|n| n / 1e6).collect();
        let size = (measured.components, measured.kibibytes);
        let mebibytes = f64::from(size.0 * size.1) / 1024.0;
        let rate = times.median() * 1000.0 / mebibytes;
        println!("{:>4} components of {:>5} KiB {rate:>11.0}{times}", size.0, size.1);
        if size == GOAL {
            found = Some(times.median());
        }
    }
    ensure!(text.lines().count() == CHAINS.len(), "not every chain was measured");
    let found = found.context("the chain of the goal was not measured")?;
    goal("8 components of 500 KiB", GOAL_MILLISECONDS, "ms", found);
    Ok(())
}
