//! What components print: on lines of their own, which are log lines when programs read them.

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::serving::ask;
use crate::support::{DEADLINE, Graph};

/// Clears the screen and pretends to be the node.
const HOSTILE: &str = "\u{1b}[2J\radmin: all is lost\u{7f}";
const SHOWN: &str = "\\u{1b}[2J\\radmin: all is lost\\u{7f}";

fn probe() -> Graph {
    Graph::new(
        "components: [{name: probe, file: FIXTURES/env-probe.wasm, imports: [wasip2]}]
capabilities: [{name: wasip2, type: wasi:p2}]
http: {routes: [{name: print, method: POST, path: /print, component: probe, function: print}]}",
    )
}

#[tokio::test]
async fn a_terminal_obeys_no_component() {
    let done = probe().invoke(&["probe", "print", HOSTILE]).await.expect(0);
    done.says(&format!("[probe stdout] {SHOWN}\n[probe stderr] {SHOWN}\n"));
}

/// The line of the log that has such a message.
async fn logged(graph: &Graph, message: &str) -> Value {
    let begun = Instant::now();
    loop {
        let text = std::fs::read_to_string(graph.path("log")).expect("log");
        let complete = text.rsplit_once('\n').map(|(complete, _)| complete).unwrap_or_default();
        for line in complete.lines() {
            let line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
            if line["message"].as_str().expect("message").starts_with(message) {
                return line;
            }
        }
        assert!(begun.elapsed() < DEADLINE, "{text}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn every_line_of_a_json_log_is_json() {
    let graph = probe();
    let args = ["run", "graph.yaml", "--port", "0", "--admin-port", "0", "--log-format", "json"];
    let log = std::fs::File::create(graph.path("log")).expect("create");
    let mut command = graph.command(&args);
    let _node = command.stdout(Stdio::null()).stderr(log).spawn().expect("spawn");
    let line = logged(&graph, "http: listening on http://").await;
    let address = line["message"].as_str().expect("text").rsplit('/').next().expect("address");
    let address: SocketAddr = address.parse().expect("address");
    let body = serde_json::to_string(HOSTILE).expect("json");
    assert_eq!(ask(address, "POST", "/print", &body).await.status, 200);
    let line = logged(&graph, SHOWN).await;
    assert_eq!((&line["component"], &line["level"]), (&"probe".into(), &"INFO".into()));
    assert_eq!(line["stream"], "stdout");
}
