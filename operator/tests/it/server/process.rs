//! A process that ends with this one, however this one ends: its guard waits for the end of a pipe
//! that only we hold open.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Once nobody holds the other end of the pipe, `read` returns. Nothing that is stored is of use
/// afterwards, so nobody is given time to tidy up.
const GUARD: &str = r#"
gone=$1; shift
"$@" </dev/null &
process=$!
read -r _
kill -KILL "$process"
wait "$process"
if [ -n "$gone" ]; then rm -rf "$gone"; fi
"#;

/// A running process; ends when it is dropped.
pub(super) struct Process(Child);

impl Process {
    /// `gone` is removed afterwards.
    pub(super) fn start(command: &[String], log: &Path, gone: Option<&Path>) -> Self {
        let log = File::options().create(true).append(true).open(log).unwrap();
        let mut guard = Command::new("sh");
        guard.args(["-c", GUARD, "guard"]).arg(gone.unwrap_or(Path::new(""))).args(command);
        guard.stdin(Stdio::piped()).stdout(log.try_clone().unwrap()).stderr(log);
        Self(guard.spawn().unwrap())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // It has ended one way or the other.
        let _ = self.0.wait();
    }
}
