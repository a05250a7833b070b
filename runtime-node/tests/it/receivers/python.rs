//! A server of grpcio, which is gRPC's C library: the strictest about framing.

use std::path::Path;
use std::process::Stdio;

use tempfile::TempDir;
use tokio::process::Command;

use super::records::{Arrived, ArrivedSpan, decode, decode_spans};
use super::support::{Running, Way, announced, tool};
use super::{Receiver, conform, in_time, refuses};

const SCRIPT: &str = "tests/it/receivers/otlp_server.py";

struct Python {
    url: String,
    /// One file per message, its signal at the end of its name.
    messages: TempDir,
    _running: Running,
}

impl Python {
    async fn start(most_mib: usize) -> Self {
        let messages = tempfile::tempdir().unwrap();
        let mut command = Command::new(tool("CG_PYTHON"));
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(SCRIPT));
        command.arg(messages.path()).arg((most_mib << 20).to_string());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().unwrap();
        let stdout = process.stdout.take().unwrap();
        let port = announced(stdout, "listening on port ").await.expect("it does not start");
        let url = format!("http://127.0.0.1:{port}");
        Self { url, messages, _running: Running { _process: process } }
    }
}

impl Python {
    fn messages(&self, signal: &str) -> Vec<Vec<u8>> {
        let entries = std::fs::read_dir(self.messages.path()).unwrap();
        let files = entries.map(|entry| entry.unwrap().path());
        let mut files: Vec<_> =
            files.filter(|file| file.extension().is_some_and(|word| word == signal)).collect();
        files.sort();
        files.iter().map(|file| std::fs::read(file).unwrap()).collect()
    }
}

impl Receiver for Python {
    fn url(&self) -> String {
        self.url.clone()
    }

    fn arrived(&self) -> Vec<Arrived> {
        self.messages("logs").iter().flat_map(|message| decode(message)).collect()
    }

    fn spans(&self) -> Vec<ArrivedSpan> {
        self.messages("traces").iter().flat_map(|message| decode_spans(message)).collect()
    }
}

#[tokio::test]
async fn python_server() {
    in_time(async {
        conform(&Python::start(16).await).await;
    })
    .await;
}

#[tokio::test]
async fn python_server_refuses_what_exceeds_its_own_limit() {
    in_time(async {
        let server = Python::start(4).await;
        for way in Way::BOTH {
            refuses(&server, way).await;
        }
    })
    .await;
}
