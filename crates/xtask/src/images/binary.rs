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
    profile: Option<Profile>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct Profile {
    test: bool,
}

/// The path of the program. Unless it is for users, it is the very program the tests run, so that
/// nothing is built twice.
pub(super) fn build(project: &Project, package: &str, release: bool) -> Result<PathBuf> {
    let mut command = match release {
        true => {
            step::cargo(project, ["build", "--release", "--package", package, "--bin", package])
        }
        false => step::cargo(project, ["test", "--no-run", "--workspace"]),
    };
    command.args(["--locked", "--message-format", "json-render-diagnostics"]);
    let output = run(&mut command)?;
    executable(&output, package).with_context(|| format!("cargo built no program {package}"))
}

impl Target {
    fn is_program(&self, name: &str) -> bool {
        self.name == name && self.kind.iter().any(|kind| kind == "bin")
    }
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
    let of_target =
        messages.filter(|message| message.target.as_ref().is_some_and(|t| t.is_program(name)));
    of_target
        .filter(|message| message.profile.as_ref().is_some_and(|p| !p.test))
        .find_map(|message| message.executable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_told_from_the_rest() {
        let messages = r#"
            {"reason":"compiler-artifact","target":{"name":"operator","kind":["lib"]},"profile":{"test":true},"executable":"/t/unit"}
            {"reason":"compiler-artifact","target":{"name":"xtask","kind":["bin"]},"profile":{"test":false},"executable":"/t/xtask"}
            {"reason":"compiler-artifact","target":{"name":"operator","kind":["bin"]},"profile":{"test":true},"executable":"/t/tests"}
            {"reason":"compiler-artifact","target":{"name":"operator","kind":["bin"]},"profile":{"test":false},"executable":"/t/operator"}
            {"reason":"build-finished","success":true}"#;
        assert_eq!(executable(messages, "operator"), Some(PathBuf::from("/t/operator")));
        assert_eq!(executable(messages, "node"), None);
    }
}
