//! The program itself: two of them, of which one works, and what they tell about themselves.

use std::net::TcpListener;
use std::process::Stdio;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::world::{EXAMPLE, NAME, World, until};

/// A running program.
pub(crate) struct Program {
    pub identity: String,
    process: Child,
    port: u16,
}

impl Program {
    pub(crate) fn start(world: &World, identity: &str) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(env!("CARGO_BIN_EXE_operator"));
        command.args(["run", "--runtime-image", "example/runtime-node:1", "--leader-election"]);
        command.args(["--watch-namespaces", &world.namespace]);
        command.args(["--lease-namespace", &world.namespace, "--identity", identity]);
        command.args(["--admin-address", &format!("127.0.0.1:{port}")]);
        command.args(["--collector-endpoint", "http://otelcol:4317"]);
        command.env("KUBECONFIG", world.server.kubeconfig()).stderr(Stdio::piped());
        let process = command.kill_on_drop(true).spawn().unwrap();
        Self { identity: identity.to_owned(), process, port }
    }

    /// Status and body.
    async fn ask(&self, path: &str) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.ok()?;
        let request = format!("GET {path} HTTP/1.1\r\nhost: it\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        Some(answer)
    }

    /// Whether it says that it leads; it need not do any work yet.
    pub(crate) async fn is_leader(&self) -> bool {
        let numbers = self.ask("/metrics").await.unwrap_or_default();
        numbers.contains("\ncomponentgraph_operator_leader 1\n")
    }

    async fn is_ready(&self) -> bool {
        self.ask("/readyz").await.is_some_and(|answer| answer.starts_with("HTTP/1.1 200 "))
    }

    pub(crate) async fn leads(&self) {
        until("a leader", async || (self.is_leader().await && self.is_ready().await).then_some(()))
            .await;
    }

    /// Waits until it could take over, and says that it does not lead.
    pub(crate) async fn waits(&self) {
        until("one ready to lead", async || self.is_ready().await.then_some(())).await;
        assert!(!self.is_leader().await);
    }

    /// The number at the end of each line that begins so, added up.
    async fn sum(&self, start: &str) -> u64 {
        let numbers = self.ask("/metrics").await.unwrap();
        let lines = numbers.lines().filter(|line| line.starts_with(start));
        lines.filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok()).sum()
    }

    /// Requests to the API server that change something; the lease is renewed for ever.
    pub(crate) async fn writes(&self) -> u64 {
        let numbers = self.ask("/metrics").await.unwrap();
        let lines = numbers.lines().filter(|line| {
            line.starts_with("componentgraph_operator_api_requests_total{")
                && ["create", "patch", "update", "delete"]
                    .iter()
                    .any(|verb| line.contains(&format!("verb=\"{verb}\"")))
                && !line.contains("resource=\"leases\"")
        });
        lines.filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok()).sum()
    }

    pub(crate) async fn reconciles(&self) -> u64 {
        self.sum("componentgraph_operator_reconciles_total{").await
    }

    /// The bound of the histogram below which this share of reconciles ended, in seconds.
    pub(crate) async fn quantile(&self, share: f64) -> f64 {
        let numbers = self.ask("/metrics").await.unwrap();
        let start = "componentgraph_operator_reconcile_duration_seconds_bucket{le=\"";
        let buckets = numbers.lines().filter_map(|line| {
            let (bound, count) = line.strip_prefix(start)?.split_once("\"} ")?;
            Some((bound.parse().unwrap_or(f64::INFINITY), count.parse::<f64>().ok()?))
        });
        let buckets: Vec<(f64, f64)> = buckets.collect();
        let all = buckets.last().unwrap().1;
        buckets.iter().find(|(_, count)| *count >= share * all).unwrap().0
    }

    /// Resident memory in MiB.
    pub(crate) fn resident(&self) -> f64 {
        let id = self.process.id().unwrap();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
    }

    /// Sends a signal and returns the exit code, if it ended by itself, and its logs.
    pub(crate) async fn end(self, signal: &str) -> (Option<i32>, String) {
        let id = self.process.id().unwrap().to_string();
        let sent = Command::new("kill").args([signal, &id]).status().await.unwrap();
        assert!(sent.success());
        self.ended().await
    }

    /// Waits until it has ended.
    pub(crate) async fn ended(self) -> (Option<i32>, String) {
        let ended = self.process.wait_with_output().await.unwrap();
        (ended.status.code(), String::from_utf8(ended.stderr).unwrap())
    }
}

pub(crate) async fn holder(world: &World) -> String {
    let lease = world.get("coordination.k8s.io/v1", "Lease", "componentgraph-operator").await;
    lease.unwrap()["spec"]["holderIdentity"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn one_leads_and_another_takes_over() {
    let world = World::new("leaders").await;
    world.bind("leader").await;
    world.apply(EXAMPLE).await;
    let first = Program::start(&world, "first");
    first.leads().await;
    world.rolled(NAME).await;
    let second = Program::start(&world, "second");
    second.waits().await;
    assert_eq!(holder(&world).await, "first");
    assert!(second.ask("/livez").await.unwrap().ends_with("ok\n"));
    let numbers = second.ask("/metrics").await.unwrap();
    assert!(numbers.contains("content-type: application/openmetrics-text; version=1.0.0"));
    let ready = "\ncomponentgraph_operator_graphs{condition=\"Ready\",status=\"False\"} 1\n";
    let made =
        "\ncomponentgraph_operator_applies_total{kind=\"Deployment\",outcome=\"created\"} 1\n";
    let numbers = first.ask("/metrics").await.unwrap();
    assert!(numbers.contains(ready) && numbers.contains(made), "{numbers}");

    let (code, logs) = first.end("-TERM").await;
    assert_eq!(code, Some(0), "{logs}");
    for line in logs.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(line["level"].is_string() && line["message"].is_string(), "{line}");
    }
    second.leads().await;
    assert_eq!(holder(&world).await, "second");
    world.apply(&EXAMPLE.replace("spec:\n", "spec:\n  replicas: 3\n")).await;
    world.condition(NAME, "Accepted", "Accepted").await;

    // One that ends without a word is waited for until its lease has run out.
    second.end("-KILL").await;
    let third = Program::start(&world, "third");
    third.leads().await;
    assert_eq!(holder(&world).await, "third");
    assert_eq!(third.end("-INT").await.0, Some(0));
}
