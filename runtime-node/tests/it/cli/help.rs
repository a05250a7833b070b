//! `--help` of every command and its example; usage that is refused.

use std::fmt::Write as _;

use expect_test::expect;

use super::capability_path;
use crate::support::{Collector, finish, program};

async fn run(args: &[&str]) -> crate::support::Done {
    let mut command = program();
    command.args(args);
    finish(command, "").await
}

/// The words that the help of the program lists.
async fn commands() -> Vec<String> {
    let help = run(&["--help"]).await.expect(0).stdout;
    let (_, list) = help.split_once("Commands:\n").expect("commands");
    let words = list.lines().take_while(|line| !line.is_empty());
    let words = words.map(|line| line.split_whitespace().next().expect("word").to_owned());
    words.filter(|word| word != "help").collect()
}

/// The command lines after `Example:`.
async fn examples(of: &[&str]) -> Vec<String> {
    let help = run(&[of, &["--help"]].concat()).await.expect(0).stdout;
    let (_, after) = help.split_once("\nExample:\n").unwrap_or_else(|| panic!("none in {help}"));
    let lines = after.lines().take_while(|line| !line.is_empty());
    lines
        .map(|line| line.trim().strip_prefix("runtime-node ").expect("a call").to_owned())
        .collect()
}

#[tokio::test]
async fn every_help_has_an_example() {
    let words = commands().await;
    let kept =
        ["check", "graph", "explain", "compose", "invoke", "run", "collector", "inspect", "push"];
    assert_eq!(words, kept);
    assert!(!examples(&[]).await.is_empty());
    for word in &words {
        let calls = examples(&[word]).await;
        assert!(!calls.is_empty(), "{word}");
        for call in calls {
            assert!(call.starts_with(&format!("{word} ")), "{call}");
        }
        let long = run(&[word, "--help"]).await.stdout;
        assert_eq!(run(&["help", word]).await.expect(0).stdout, long);
    }
}

/// All that end by themselves, on the example of the capability path.
#[tokio::test]
async fn the_examples_work() {
    let collector = Collector::start().await;
    let graph = capability_path().with_fixture("hello-log").sending_to(&collector.url());
    std::fs::rename(graph.path("hello-log.wasm"), graph.path("guest.wasm")).expect("rename");
    let mut seen = 0;
    for word in commands().await {
        if ["run", "collector", "push"].contains(&word.as_str()) {
            continue;
        }
        for call in examples(&[&word]).await {
            let args: Vec<_> = call.split(' ').collect();
            graph.run(&args).await.expect(0);
            seen += 1;
        }
    }
    assert!(seen >= 6, "{seen}");
    assert_eq!(collector.records().len(), 1);
}

#[tokio::test]
async fn usage_that_is_refused() {
    let calls: &[&[&str]] = &[
        &["chek", "graph.yaml"],
        &["check"],
        &["check", "graph.yaml", "--targte", "laptop"],
        &["check", "graph.yaml", "--target", "moon"],
        &["check", "graph.yaml", "--component", "guest"],
        &["graph", "graph.yaml", "--format", "png"],
        &["explain", "graph.yaml"],
        &["compose", "graph.yaml"],
        &["compose", "graph.yaml", "-o", "out.wasm", "--export-of", "guest"],
        &["invoke", "graph.yaml", "guest"],
        &["invoke", "graph.yaml", "guest", "log", "--count", "0"],
        &["run", "graph.yaml", "--port", "65536"],
        &["collector", "--listen", "here"],
    ];
    let mut text = String::new();
    for call in calls {
        let done = run(call).await.expect(2);
        assert_eq!(done.stdout, "", "{call:?}");
        let reason = done.stderr.split("\n\nUsage:").next().unwrap_or_default();
        let reason = reason.split("\n\nFor more").next().unwrap_or_default();
        let lines: Vec<_> = reason.lines().filter(|line| !line.trim().is_empty()).collect();
        writeln!(text, "{}\n  {}", call.join(" "), lines.join("\n  ")).expect("text");
    }
    expect![[r#"
        chek graph.yaml
          error: unrecognized subcommand 'chek'
            tip: a similar subcommand exists: 'check'
        check
          error: the following required arguments were not provided:
            <GRAPH>
        check graph.yaml --targte laptop
          error: unexpected argument '--targte' found
            tip: a similar argument exists: '--target'
        check graph.yaml --target moon
          error: invalid value 'moon' for '--target <TARGET>'
            [possible values: laptop, cluster]
        check graph.yaml --component guest
          error: invalid value 'guest' for '--component <NAME=FILE>': expected NAME=FILE, such as guest=target/guest.wasm
        graph graph.yaml --format png
          error: invalid value 'png' for '--format <FORMAT>'
            [possible values: text, mermaid, dot, json]
        explain graph.yaml
          error: the following required arguments were not provided:
            <FROM>
        compose graph.yaml
          error: the following required arguments were not provided:
            --output <FILE>
        compose graph.yaml -o out.wasm --export-of guest
          error: the following required arguments were not provided:
            --portable
        invoke graph.yaml guest
          error: the following required arguments were not provided:
            <FUNCTION>
        invoke graph.yaml guest log --count 0
          error: invalid value '0' for '--count <COUNT>': number would be zero for non-zero type
        run graph.yaml --port 65536
          error: invalid value '65536' for '--port <PORT>': 65536 is not in 0..=65535
        collector --listen here
          error: invalid value 'here' for '--listen <ADDR>': invalid socket address syntax
    "#]].assert_eq(&text);
    let nothing = run(&[]).await.expect(2);
    assert_eq!((nothing.stdout.as_str(), nothing.stderr), ("", run(&["--help"]).await.stdout));
}

#[tokio::test]
async fn the_version() {
    let version = concat!("runtime-node ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(run(&["--version"]).await.expect(0).stdout, version);
}
