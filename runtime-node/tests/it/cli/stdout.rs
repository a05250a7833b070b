//! Standard output that takes nothing: a full disk is said, a reader that has gone is no mistake.

use std::fs::OpenOptions;
use std::process::Stdio;

use super::capability_path;
use crate::support::{Collector, Done, Graph};

/// Runs the program and leaves standard output to the caller.
async fn into(graph: &Graph, args: &[&str], stdout: Stdio) -> Done {
    let mut command = graph.command(args);
    let child = command.stdin(Stdio::null()).stdout(stdout).stderr(Stdio::piped()).spawn();
    // The other end of a pipe is closed only when the command holds it no longer.
    drop(command);
    let ended = child.expect("spawn").wait_with_output().await.expect("wait");
    let stderr = String::from_utf8(ended.stderr).expect("utf-8");
    Done { code: ended.status.code().expect("code"), stdout: String::new(), stderr }
}

async fn into_full(graph: &Graph, args: &[&str]) -> Done {
    let full = OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
    into(graph, args, full.into()).await
}

async fn into_nobody(graph: &Graph, args: &[&str]) -> Done {
    let (reader, writer) = std::io::pipe().expect("pipe");
    drop(reader);
    into(graph, args, writer.into()).await
}

const INVOKE: [&str; 5] = ["invoke", "graph.yaml", "guest", "log", "hi"];

#[tokio::test]
async fn every_command_says_that_it_cannot_write() {
    let collector = Collector::start().await;
    let graph = capability_path().with_fixture("counter").sending_to(&collector.url());
    let commands: [&[&str]; 6] = [
        &["check", "graph.yaml"],
        &["graph", "graph.yaml"],
        &["explain", "graph.yaml", "guest"],
        &["compose", "graph.yaml", "-o", "composed.wasm"],
        &["inspect", "counter.wasm"],
        &INVOKE,
    ];
    for args in commands {
        let done = into_full(&graph, args).await.expect(1);
        done.says("error: standard output cannot be written: No space left on device");
        let done = into_nobody(&graph, args).await.expect(0);
        assert!(!done.stderr.contains("standard output"), "{done}");
    }
    assert_eq!(collector.records().len(), 2);
}

/// What happened is said on standard error all the same, and outweighs the output.
#[tokio::test]
async fn counts_and_problems_come_all_the_same() {
    let counts = "records: created=1 acknowledged=0 rejected=0 failed=1 unverified=0";
    into_full(&capability_path(), &INVOKE).await.expect(5).says(counts);
    into_nobody(&capability_path(), &INVOKE).await.expect(5).says(counts);
    let broken = Graph::new("components:\n  - {name: guest, builtin: nothing}");
    into_full(&broken, &["check", "graph.yaml", "--output", "json"]).await.expect(1);
}
