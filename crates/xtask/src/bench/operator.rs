//! `bench operator`: many graphs at once on a real API server. The measurement is a test of the
//! operator that is asked for by name; this reads its figures and holds them against the goals.

use anyhow::{Context, Result};

use super::goal;
use crate::project::Project;
use crate::{step, tools};

/// Options of `cargo xtask bench operator`.
#[derive(clap::Args)]
pub(super) struct Options {
    /// How many graphs of four components
    #[arg(long, default_value = "1000")]
    graphs: u32,
    /// Measure the program as the tests build it: sooner there, and slower than that of users
    #[arg(long)]
    test_profile: bool,
}

const TEST: &str = "scale::many_graphs";

/// Figures that have a goal, for 1,000 graphs.
const GOALS: [(&str, f64, &str); 5] = [
    ("converged", 120.0, "s"),
    // Six children and the status.
    ("writes for each graph", 7.0, "requests"),
    ("writes afterwards", 0.0, "requests"),
    ("writes after restart", 0.0, "requests"),
    ("resident idle", 25.0, "MiB"),
];

pub(super) fn run(project: &Project, options: &Options) -> Result<()> {
    // What the tests build is built for the whole workspace at once.
    let built: &[&str] = match options.test_profile {
        true => &["test", "--workspace"],
        false => &["test", "--release", "--package", "operator"],
    };
    let test = ["--locked", "--test", "it", "--", "--exact", TEST, "--nocapture"];
    let mut command = step::cargo(project, built.iter().chain(&test));
    command.envs(tools::install()?.environment).env("CG_GRAPHS", options.graphs.to_string());
    let text = step::output(&mut command)?;
    let profile = if options.test_profile { "test" } else { "release" };
    println!("{} graphs of four components, {profile} profile", options.graphs);
    for (what, figure) in figures(&text) {
        println!("{what:<40}{figure:>10.2}");
    }
    for (what, limit, unit) in GOALS {
        let found = figures(&text).find(|(name, _)| *name == what);
        goal(what, limit, unit, found.with_context(|| format!("no figure for {what}"))?.1);
    }
    Ok(())
}

/// Lines such as `figure: converged: 48.7`.
fn figures(text: &str) -> impl Iterator<Item = (&str, f64)> {
    text.lines().filter_map(|line| {
        let (what, figure) = line.strip_prefix("figure: ")?.rsplit_once(": ")?;
        Some((what, figure.parse().ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_found_among_other_lines() {
        let text = "running 1 test\nfigure: a: b: 1.5\nfigure: c\ntest result: ok\n";
        assert_eq!(figures(text).collect::<Vec<_>>(), [("a: b", 1.5)]);
    }
}
