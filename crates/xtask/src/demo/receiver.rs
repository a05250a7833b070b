//! The embedded receiver as a process of its own, read line by line. It does not judge records.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver as Lines, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// A running `runtime-node collector`; ended when dropped.
pub(crate) struct Receiver {
    child: Child,
    lines: Lines<String>,
    pub(crate) endpoint: String,
}

const START: Duration = Duration::from_secs(20);

impl Receiver {
    pub(crate) fn start(node: &Path) -> Result<Self> {
        let mut child = Command::new(node)
            .args(["collector", "--listen", "127.0.0.1:0", "--format", "json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("starting {}", node.display()))?;
        let stdout = child.stdout.take().context("the receiver has no standard output")?;
        let stderr = child.stderr.take().context("the receiver has no standard error")?;
        let (lines, announced) = (read(stdout), read(stderr));
        let line = announced.recv_timeout(START).context("the receiver did not start")?;
        let Some((_, endpoint)) = line.rsplit_once(' ') else {
            bail!("the receiver announced no address: {line}");
        };
        Ok(Self { child, lines, endpoint: endpoint.to_owned() })
    }

    /// Lines that arrive until `enough` says so or `limit` is over, then for a moment more, so
    /// that a doubled record is seen too.
    pub(crate) fn collect(
        &self,
        limit: Duration,
        enough: impl Fn(&[String]) -> bool,
    ) -> Vec<String> {
        let mut got = Vec::new();
        let mut end = Instant::now() + limit;
        let mut satisfied = false;
        loop {
            if !satisfied && enough(&got) {
                satisfied = true;
                end = Instant::now() + Duration::from_millis(300);
            }
            match self.lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(line) => got.push(line),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return got,
            }
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        // It may have ended on its own; either way nothing is left to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(source: impl std::io::Read + Send + 'static) -> Lines<String> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(source).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    lines
}
