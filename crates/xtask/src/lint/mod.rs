//! `cargo xtask lint`: form, lints, sizes, names, arrows, dependencies. All checks run; the end
//! says how many things are wrong.

mod deny;
mod licence;
mod source;
mod words;

use std::path::Path;

use anyhow::{Result, bail};

use crate::project::Project;
use crate::{arrows, step};

/// The two workspaces, as arguments of cargo.
const WORKSPACES: [&str; 2] = ["Cargo.toml", "components/Cargo.toml"];

/// Options of `cargo xtask lint`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Leave out clippy, which has to compile everything
    #[arg(long)]
    pub(crate) fast: bool,
}

pub(crate) fn run(project: &Project, options: &Options) -> Result<()> {
    let mut findings = Vec::new();
    findings.extend(part("sources", source::check(project.root())));
    findings.extend(part("problem codes", words::check(project.root())));
    findings.extend(part("arrows", arrows::check(project)));
    findings.extend(part("dependencies", deny::check(project, &WORKSPACES)));
    for manifest in WORKSPACES {
        findings.extend(part(&format!("form of {manifest}"), form(project, manifest)));
        if !options.fast {
            findings.extend(part(&format!("clippy of {manifest}"), clippy(project, manifest)));
        }
    }
    if findings.is_empty() {
        eprintln!("lint: clean");
        return Ok(());
    }
    bail!("lint: {} findings, see above", findings.len());
}

/// A check that cannot be made counts as a finding, so that the others are still made.
fn part(what: &str, result: Result<Vec<String>>) -> Vec<String> {
    let findings = result.unwrap_or_else(|e| vec![format!("{e:#}")]);
    let verdict = if findings.is_empty() { "ok" } else { "" };
    eprintln!("lint: {what}: {verdict}");
    for finding in &findings {
        eprintln!("  {finding}");
    }
    findings
}

fn form(project: &Project, manifest: &str) -> Result<Vec<String>> {
    let mut command = step::cargo(project, ["fmt", "--all", "--manifest-path", manifest]);
    let output = command.args(["--", "--check", "--files-with-diff"]).output()?;
    let files = String::from_utf8_lossy(&output.stdout);
    let mut findings: Vec<_> = files
        .lines()
        .map(|file| Path::new(file).strip_prefix(project.root()).unwrap_or(Path::new(file)))
        .map(|file| format!("{}: not as `cargo fmt --all` writes it", file.display()))
        .collect();
    if findings.is_empty() && !output.status.success() {
        findings.push(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    Ok(findings)
}

fn clippy(project: &Project, manifest: &str) -> Result<Vec<String>> {
    let args = ["clippy", "--locked", "--quiet", "--workspace", "--all-targets"];
    let mut command = step::cargo(project, args);
    command.args(["--manifest-path", manifest, "--", "-D", "warnings"]);
    step::run("cargo clippy", &mut command).map(|()| Vec::new())
}
