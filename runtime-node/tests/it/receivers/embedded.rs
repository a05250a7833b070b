//! `runtime-node collector`, the receiver a developer runs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;
use tempfile::TempDir;

use super::support::{Arrived, Running, Way, announced, node};
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

impl Receiver for Embedded {
    fn url(&self) -> String {
        self.url.clone()
    }

    fn arrived(&self) -> Vec<Arrived> {
        let printed = std::fs::read_to_string(&self.printed).unwrap();
        printed.lines().map(|line| read(&serde_json::from_str(line).unwrap())).collect()
    }
}

fn read(line: &Value) -> Arrived {
    assert_eq!(line["signal"], "log");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let resource = line["resource"].as_object().unwrap().iter();
    Arrived {
        body: text(&line["body"]),
        severity: line["severity_number"].as_i64().unwrap(),
        resource: resource
            .map(|(key, value)| (key.clone(), text(value)))
            .collect::<BTreeMap<_, _>>(),
    }
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
