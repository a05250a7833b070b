//! The settings that a running node follows: a file, read again whenever it changes. It does not
//! know what they change.

use std::path::{Path, PathBuf};
use std::time::Duration;

use graph::{Live, Problem};

/// A mounted ConfigMap changes about once a minute at most; looking is cheap.
const INTERVAL: Duration = Duration::from_millis(if cfg!(test) { 20 } else { 2000 });

/// A file of settings and what was last read from it.
pub struct LiveFile {
    path: PathBuf,
    last: Vec<u8>,
}

impl LiveFile {
    /// Reads the file for the first time.
    pub fn open(path: &Path) -> Result<(Self, Live), Box<Problem>> {
        let last = std::fs::read(path).map_err(|error| problem(path, &error.to_string()))?;
        let live = parse(path, &last)?;
        Ok((Self { path: path.to_owned(), last }, live))
    }

    /// Waits until the file says something else. A file that is gone for a moment, or that cannot
    /// be understood, leaves things as they are; the latter is said once.
    pub async fn changed(&mut self) -> Live {
        loop {
            tokio::time::sleep(INTERVAL).await;
            let Ok(bytes) = tokio::fs::read(&self.path).await else { continue };
            if bytes == self.last {
                continue;
            }
            self.last = bytes;
            match parse(&self.path, &self.last) {
                Ok(live) => return live,
                Err(problem) => tracing::error!("{}", problem.message),
            }
        }
    }
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Live, Box<Problem>> {
    serde_json::from_slice(bytes).map_err(|error| problem(path, &error.to_string()))
}

fn problem(path: &Path, reason: &str) -> Box<Problem> {
    let message = format!("the live settings {} cannot be read: {reason}", path.display());
    let problem = Problem::new("live-unreadable", "", message)
        .expected("JSON with collectorEndpoint, telemetry and logLevel, each optional")
        .fix("correct the file, or leave --live out");
    Box::new(problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_change_is_seen_and_a_mistake_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("live.json");
        let code =
            |result: Result<_, Box<Problem>>| result.map(|_: (LiveFile, Live)| ()).unwrap_err();
        assert_eq!(code(LiveFile::open(&path)).code, "live-unreadable");
        std::fs::write(&path, r#"{"logLevel": "loud"}"#).unwrap();
        assert!(code(LiveFile::open(&path)).message.contains("unknown variant `loud`"));
        std::fs::write(&path, r#"{"logLevel": "warn"}"#).unwrap();
        let (mut file, live) = LiveFile::open(&path).unwrap();
        assert_eq!(live.log_level.map(graph::LogLevel::as_str), Some("warn"));
        let changed = tokio::spawn(async move { file.changed().await });
        std::fs::write(&path, "{").unwrap();
        tokio::time::sleep(3 * INTERVAL).await;
        assert!(!changed.is_finished());
        std::fs::remove_file(&path).unwrap();
        tokio::time::sleep(3 * INTERVAL).await;
        assert!(!changed.is_finished());
        std::fs::write(&path, r#"{"collectorEndpoint": "http://other:4317"}"#).unwrap();
        let live = changed.await.unwrap();
        assert_eq!(live.collector_endpoint.as_deref(), Some("http://other:4317"));
    }
}
