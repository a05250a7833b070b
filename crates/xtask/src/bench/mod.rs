//! `cargo xtask bench`: what the project promises about speed, measured on this machine in release
//! builds. Figures are printed with their spread, and held against the goals; a goal that is not
//! met is said, not an error, since machines differ.

mod compose;
mod invoke;
mod operator;
mod process;
mod rollout;
mod spread;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::project::Project;

/// Options of `cargo xtask bench`.
#[derive(Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    subject: Subject,
}

#[derive(Subcommand)]
enum Subject {
    /// Invocations that each send one log record, beside the sending alone
    /// (example: cargo xtask bench invoke --rounds 3)
    Invoke(invoke::Options),
    /// Composing chains of components (example: cargo xtask bench compose)
    Compose(compose::Options),
    /// Many graphs at once on a real API server (example: cargo xtask bench operator --graphs 100)
    Operator(operator::Options),
    /// From kubectl apply to the first answer (example: cargo xtask bench rollout --rounds 5)
    Rollout(rollout::Options),
}

pub(crate) fn run(project: &Project, options: &Options) -> Result<()> {
    match &options.subject {
        Subject::Invoke(options) => invoke::run(project, options),
        Subject::Compose(options) => compose::run(project, options),
        Subject::Operator(options) => operator::run(project, options),
        Subject::Rollout(options) => rollout::run(project, options),
    }
}

/// Says whether a goal is met.
fn goal(what: &str, limit: f64, unit: &str, found: f64) {
    let verdict = if found <= limit { "met" } else { "NOT met" };
    println!("goal: {what} ≤ {limit} {unit}: {verdict} ({found:.1} {unit})");
}
