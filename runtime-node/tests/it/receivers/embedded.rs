//! `runtime-node collector`, the receiver a developer runs.

use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;
use tempfile::TempDir;

use super::records::{Arrived, ArrivedSpan, Attributes};
use super::support::{Running, Way, announced, node};
use super::{Receiver, conform, in_time, limits};

struct Embedded {
    url: String,
    /// Its standard output: a file, since what is written there before the acknowledgement can be
    /// read after it without waiting.
    printed: PathBuf,
    _running: Running,
    _folder: TempDir,
}

impl Embedded {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let printed = folder.path().join("printed");
        let mut command = node("collector");
        command.args(["--listen", "127.0.0.1:0", "--format", "json"]);
        command.stdout(std::fs::File::create(&printed).unwrap()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let stderr = process.stderr.take().unwrap();
        let url = announced(stderr, "collector: listening on ").await.expect("it does not start");
        Self { url, printed, _running: Running { _process: process }, _folder: folder }
    }
}

impl Embedded {
    fn lines(&self, signal: &str) -> Vec<Value> {
        let printed = std::fs::read_to_string(&self.printed).unwrap();
        let lines = printed.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.filter(|line| line["signal"] == signal).collect()
    }
}

impl Receiver for Embedded {
    fn url(&self) -> String {
        self.url.clone()
    }

    fn arrived(&self) -> Vec<Arrived> {
        let log = |line: &Value| Arrived {
            body: text(&line["body"]),
            severity: line["severity_number"].as_i64().unwrap(),
            resource: resource(line),
        };
        self.lines("log").iter().map(log).collect()
    }

    fn spans(&self) -> Vec<ArrivedSpan> {
        let span =
            |line: &Value| ArrivedSpan { name: text(&line["name"]), resource: resource(line) };
        self.lines("span").iter().map(span).collect()
    }
}

fn resource(line: &Value) -> Attributes {
    let pairs = line["resource"].as_object().unwrap().iter();
    pairs.map(|(key, value)| (key.clone(), text(value))).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn embedded_receiver() {
    in_time(async {
        conform(&Embedded::start().await).await;
    })
    .await;
}

#[tokio::test]
async fn more_than_the_limit_is_refused_until_it_is_raised() {
    in_time(async {
        let receiver = Embedded::start().await;
        for way in Way::BOTH {
            limits(&receiver, way).await;
        }
    })
    .await;
}
