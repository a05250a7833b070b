//! The receiver of a measurement: a process that writes a line for each record into a file before
//! it acknowledges it. Knows nothing of what is in the records.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use anyhow::{Context, Result, bail};
use tempfile::NamedTempFile;

use crate::bench::process::Processors;

/// A running receiver; ended when dropped.
pub(super) struct Receiver {
    child: Child,
    records: NamedTempFile,
    url: String,
}

impl Receiver {
    pub(super) fn start(processors: Processors, node: &Path) -> Result<Self> {
        let records = NamedTempFile::new().context("a file for the records")?;
        // Appending, so that it can be emptied between runs.
        let output = OpenOptions::new().append(true).open(records.path())?;
        let mut child = processors
            .beside(node)
            .args(["collector", "--listen", "127.0.0.1:0", "--format", "json"])
            .stdout(output)
            .stderr(Stdio::piped())
            .spawn()
            .context("starting the receiver")?;
        let mut line = String::new();
        let stderr = child.stderr.take().context("the receiver has no standard error")?;
        BufReader::new(stderr).read_line(&mut line)?;
        let Some((_, url)) = line.trim().rsplit_once(' ') else {
            bail!("the receiver announced no address: {line:?}");
        };
        Ok(Self { child, records, url: url.to_owned() })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Starts to count at zero.
    pub(super) fn forget(&self) -> Result<()> {
        Ok(self.records.as_file().set_len(0)?)
    }

    /// Records since then.
    pub(super) fn records(&self) -> Result<usize> {
        let lines = BufReader::new(File::open(self.records.path())?).split(b'\n');
        Ok(lines.map_while(Result::ok).count())
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        // It may have ended on its own; either way nothing is left to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
