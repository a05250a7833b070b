//! A cluster of `kind`, where a Docker engine runs. Knows nothing of other ways.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::step;

const NAME: &str = "componentgraph";

/// Whether `kind` is installed and a Docker engine answers it.
pub(super) fn is_available() -> bool {
    let answers =
        |program: &str, args: &[&str]| step::output(Command::new(program).args(args)).is_ok();
    answers("kind", &["version"]) && answers("docker", &["info"])
}

pub(super) fn is_up() -> bool {
    is_available()
        && step::output(Command::new("kind").args(["get", "clusters"]))
            .is_ok_and(|names| names.lines().any(|name| name == NAME))
}

pub(super) fn up(kubeconfig: &Path) -> Result<()> {
    let mut command = Command::new("kind");
    match is_up() {
        true => command.args(["export", "kubeconfig"]),
        false => command.args(["create", "cluster", "--wait", "120s"]),
    };
    command.args(["--name", NAME, "--kubeconfig"]).arg(kubeconfig).stdout(std::io::stderr());
    step::run("kind", &mut command)
}

pub(super) fn down(kubeconfig: &Path) -> Result<()> {
    let mut command = Command::new("kind");
    command.args(["delete", "cluster", "--name", NAME, "--kubeconfig"]).arg(kubeconfig);
    step::run("kind", command.stdout(std::io::stderr()))?;
    if kubeconfig.exists() {
        std::fs::remove_file(kubeconfig)?;
    }
    Ok(())
}

pub(super) fn load(archive: &Path) -> Result<()> {
    let mut command = Command::new("kind");
    command.args(["load", "image-archive", "--name", NAME]).arg(archive);
    step::output(&mut command).map(|_| ())
}
