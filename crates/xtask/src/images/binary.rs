//! A program of this workspace, built. Which is not known here.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use crate::project::Project;
use crate::step;

/// The part of cargo's messages that is used here.
#[derive(Deserialize)]
struct Message {
    executable: Option<PathBuf>,
    target: Option<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

/// The path of the program; the profile of the tests is used unless it is for users.
pub(super) fn build(project: &Project, package: &str, release: bool) -> Result<PathBuf> {
    let mut command = step::cargo(project, ["build", "--locked", "--package", package]);
    command.args(["--bin", package, "--message-format", "json-render-diagnostics"]);
    if release {
        command.arg("--release");
    }
    let output = run(&mut command)?;
    executable(&output, package).with_context(|| format!("cargo built no program {package}"))
}

/// Diagnostics go through, messages are read.
fn run(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        bail!("cargo build failed ({})", output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn executable(messages: &str, name: &str) -> Option<PathBuf> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Message>(line).ok());
    let mut of_target =
        messages.filter(|message| message.target.as_ref().is_some_and(|t| t.name == name));
    of_target.find_map(|message| message.executable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_told_from_the_rest() {
        let messages = r#"
            {"reason":"compiler-artifact","target":{"name":"operator"},"executable":null}
            {"reason":"compiler-artifact","target":{"name":"xtask"},"executable":"/t/xtask"}
            {"reason":"compiler-artifact","target":{"name":"operator"},"executable":"/t/operator"}
            {"reason":"build-finished","success":true}"#;
        assert_eq!(executable(messages, "operator"), Some(PathBuf::from("/t/operator")));
        assert_eq!(executable(messages, "node"), None);
    }
}
