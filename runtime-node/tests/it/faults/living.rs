//! One node that serves while its receiver goes through every fault, and recovers after each.

use std::time::Duration;

use telemetry::faulty::{Fault, FaultyServer, nobody};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr};

use super::{faults, is_success, shape};
use crate::receivers::support::{ENDPOINT, Graph, Way, node};

/// A node that serves one graph.
struct Serving {
    http: String,
    admin: String,
    logs: Lines<BufReader<ChildStderr>>,
    process: Child,
    client: reqwest::Client,
    _graph: Graph,
}

impl Serving {
    async fn start(way: Way, endpoint: &str) -> Self {
        let graph = shape(way).graph();
        let mut command = node("run");
        command.arg(&graph.file).args(["--port", "0", "--admin-port", "0"]);
        command.env(ENDPOINT, endpoint).env("NO_COLOR", "1").stderr(std::process::Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut logs = BufReader::new(process.stderr.take().unwrap()).lines();
        let http = line_after(&mut logs, "http: listening on ").await;
        let admin = line_after(&mut logs, "admin: listening on ").await;
        // Only the first to ask installs it; the others find it installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { http, admin, logs, process, client, _graph: graph }
    }

    /// The function works whatever becomes of its records.
    async fn call(&self) {
        let request = self.client.post(format!("{}/log", self.http));
        let request = request.header("content-type", "application/json").body("\"hi\"");
        let response = request.send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200);
    }

    /// Records by what became of them: acknowledged, rejected, failed.
    async fn records(&self) -> [u64; 3] {
        let request = self.client.get(format!("{}/metrics", self.admin));
        let text = request.send().await.unwrap().text().await.unwrap();
        ["acknowledged", "rejected", "failed"].map(|state| {
            let series =
                format!("componentgraph_records_total{{state=\"{state}\",graph=\"under-test\"}} ");
            let other =
                format!("componentgraph_records_total{{graph=\"under-test\",state=\"{state}\"}} ");
            let value = text
                .lines()
                .find_map(|line| line.strip_prefix(&series).or_else(|| line.strip_prefix(&other)));
            value.unwrap_or_else(|| panic!("no {state} in {text}")).parse().unwrap()
        })
    }

    /// Calls once and returns what the counts grew by.
    async fn called(&self) -> [u64; 3] {
        let before = self.records().await;
        self.call().await;
        let after = self.records().await;
        std::array::from_fn(|state| after[state] - before[state])
    }

    async fn loss_is_logged(&mut self) {
        let line = line_after(&mut self.logs, "telemetry records were lost").await;
        assert!(line.contains("error="), "{line}");
    }
}

async fn line_after(logs: &mut Lines<BufReader<ChildStderr>>, start: &str) -> String {
    let search = async {
        while let Some(line) = logs.next_line().await.unwrap() {
            if let Some((_, rest)) = line.split_once(start) {
                return rest.to_owned();
            }
        }
        panic!("the node ended before it said {start:?}");
    };
    tokio::time::timeout(Duration::from_secs(60), search).await.expect(start)
}

async fn outlives(way: Way) {
    let address = nobody().await.unwrap();
    let mut serving = Serving::start(way, &format!("http://{address}")).await;
    assert_eq!(serving.called().await, [0, 0, 1], "nothing listens");
    serving.loss_is_logged().await;

    let server = FaultyServer::start_at(address, Fault::Ok).await.unwrap();
    assert_eq!(serving.called().await, [1, 0, 0], "the receiver is there now");
    for (name, fault) in faults() {
        let expected = match &fault {
            fault if is_success(fault) => [1, 0, 0],
            Fault::PartialSuccess { rejected: 1.., .. } => [0, 1, 0],
            _ => [0, 0, 1],
        };
        server.set(fault.clone());
        assert_eq!(serving.called().await, expected, "{way:?} {name}");
        if !is_success(&fault) {
            serving.loss_is_logged().await;
        }
        server.set(Fault::Ok);
        assert_eq!(serving.called().await, [1, 0, 0], "{way:?} after {name}");
    }
    assert!(serving.process.try_wait().unwrap().is_none());
}

#[tokio::test]
async fn a_node_outlives_every_fault_on_the_capability_path() {
    outlives(Way::Capability).await;
}

#[tokio::test]
async fn a_node_outlives_every_fault_on_the_components_path() {
    outlives(Way::Components).await;
}
