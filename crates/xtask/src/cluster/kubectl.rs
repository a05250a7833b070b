//! kubectl against one cluster. Knows nothing of what is asked.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::step;

/// Variables that would send calls to this machine's own cluster over a proxy.
const PROXIES: [&str; 6] =
    ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];

/// Makes a program talk to the cluster itself, whatever proxy this machine has.
pub(crate) fn direct(command: &mut Command) -> &mut Command {
    for proxy in PROXIES {
        command.env_remove(proxy);
    }
    command
}

/// kubectl with the rights of a kubeconfig.
pub(crate) struct Kubectl {
    hyperkube: PathBuf,
    kubeconfig: PathBuf,
}

impl Kubectl {
    pub(crate) fn new(hyperkube: PathBuf, kubeconfig: PathBuf) -> Self {
        Self { hyperkube, kubeconfig }
    }

    /// kubectl with these words, ready to be started.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.hyperkube);
        command.arg("kubectl").arg("--kubeconfig").arg(&self.kubeconfig).args(args);
        direct(&mut command);
        command
    }

    /// What it writes to stdout.
    pub(crate) fn run(&self, args: &[&str]) -> Result<String> {
        step::output(&mut self.command(args))
    }

    /// Hands it `input`, for instance objects for `apply -f -`.
    pub(crate) fn feed(&self, args: &[&str], input: &str) -> Result<String> {
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().context("cannot start kubectl")?;
        let mut stdin = child.stdin.take().context("kubectl has no stdin")?;
        stdin.write_all(input.as_bytes())?;
        drop(stdin);
        let output = child.wait_with_output()?;
        if !output.status.success() {
            let stderr = String::from_utf8_lossy(&output.stderr);
            bail!("kubectl {} failed:\n{}", args.join(" "), stderr.trim_end());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}
