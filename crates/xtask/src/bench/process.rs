//! The processes of a measurement: built for release, each side kept on a processor of its own
//! where that is possible. Knows nothing of what is measured.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::project::Project;
use crate::step;

/// Builds in release and gives the executables in the order of `names`.
pub(super) fn build(project: &Project, args: &[&str], names: &[&str]) -> Result<Vec<PathBuf>> {
    eprintln!("building {} for release", names.join(" and "));
    let words = ["build", "--release", "--locked", "--message-format", "json-render-diagnostics"];
    let mut cargo = step::cargo(project, words.iter().chain(args));
    let output = cargo.stderr(Stdio::inherit()).output().context("cannot start cargo")?;
    if !output.status.success() {
        bail!("{} does not build", names.join(" and "));
    }
    let built = executables(&String::from_utf8_lossy(&output.stdout));
    let find = |name: &&str| {
        let found = built.iter().find(|(built, _)| built == *name);
        found.map(|(_, path)| path.clone()).with_context(|| format!("cargo built no {name}"))
    };
    names.iter().map(find).collect()
}

/// Names and paths in cargo's messages.
fn executables(messages: &str) -> Vec<(String, PathBuf)> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let executable = |message: Value| {
        let name = message.get("target")?.get("name")?.as_str()?.to_owned();
        Some((name, PathBuf::from(message.get("executable")?.as_str()?)))
    };
    messages.filter_map(executable).collect()
}

/// Two processors: one for what is measured, one for everything beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Processors(Option<(u32, u32)>);

impl Processors {
    /// The first and the last processor that this process may use; none where there is only one,
    /// or no `taskset`.
    pub(super) fn find() -> Self {
        let taskset = Command::new("taskset").arg("--version").output().is_ok();
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        Self(taskset.then(|| ends(&status)).flatten())
    }

    /// A command on the processor for what is measured.
    pub(super) fn measured(self, program: &Path) -> Command {
        on(self.0.map(|(first, _)| first), program.as_os_str())
    }

    /// A command on the other processor.
    pub(super) fn beside(self, program: &Path) -> Command {
        on(self.0.map(|(_, last)| last), program.as_os_str())
    }

    pub(super) fn describe(self) -> String {
        match self.0 {
            Some((first, last)) => format!("measured on processor {first}, receiver on {last}"),
            None => "processes are not kept on processors of their own".to_owned(),
        }
    }
}

fn on(processor: Option<u32>, program: &OsStr) -> Command {
    let Some(processor) = processor else { return Command::new(program) };
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", &processor.to_string()]).arg(program);
    command
}

/// First and last number of a list such as `0-3,8`, if they differ.
fn ends(status: &str) -> Option<(u32, u32)> {
    let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?;
    let mut numbers = list.trim().split([',', '-']).map(str::parse::<u32>);
    let first = numbers.next()?.ok()?;
    let last = numbers.next_back()?.ok()?;
    Some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processors_are_the_ends_of_the_list() {
        let check = |list: &str, expected| {
            assert_eq!(ends(&format!("Name:\tx\nCpus_allowed_list:\t{list}\n")), expected);
        };
        check("0-1", Some((0, 1)));
        check("2,4-6,9", Some((2, 9)));
        check("3", None);
        assert_eq!(ends(""), None);
    }

    #[test]
    fn executables_are_found_among_other_messages() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","target":{"name":"graph"},"executable":null}"#,
            "\n",
            r#"{"reason":"compiler-artifact","target":{"name":"node"},"executable":"/t/node"}"#,
            "\n{\"reason\":\"build-finished\",\"success\":true}\n"
        );
        assert_eq!(executables(messages), [("node".to_owned(), PathBuf::from("/t/node"))]);
    }
}
