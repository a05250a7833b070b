//! `graph` and `explain`: the wiring as text, drawings, JSON and sentences.

use expect_test::{expect, expect_file};

use super::{capability_path, component_path};

#[tokio::test]
async fn the_wiring_in_each_format() {
    let graph = component_path();
    let drawn = async |format: &str| {
        let done = graph.run(&["graph", "graph.yaml", "--format", format]).await.expect(0);
        assert_eq!(done.stderr, "");
        super::without_digests(&done.stdout)
    };
    expect_file!["graph-text.expect"].assert_eq(&drawn("text").await);
    expect_file!["graph-mermaid.expect"].assert_eq(&drawn("mermaid").await);
    expect_file!["graph-dot.expect"].assert_eq(&drawn("dot").await);
    expect_file!["graph-json.expect"].assert_eq(&drawn("json").await);
    let plain = graph.run(&["graph", "graph.yaml"]).await.expect(0).stdout;
    assert_eq!(super::without_digests(&plain), drawn("text").await);
}

#[tokio::test]
async fn why_and_why_not() {
    let graph = capability_path();
    let mut text = String::new();
    let asked: &[&[&str]] = &[
        &["guest", "otel"],
        &["otel", "grpc"],
        &["guest", "grpc"],
        &["otel", "guest"],
        &["otel", "wasip2"],
        &["otel", "wasi:config/store"],
        &["guest", "wasi:http/types"],
        &["guest"],
        &["otel"],
        &["grpc"],
    ];
    for names in asked {
        let done = graph.run(&[&["explain", "graph.yaml"], *names].concat()).await.expect(0);
        assert_eq!(done.stderr, "");
        text += &format!("{}\n{}\n", names.join(" → "), done.stdout);
    }
    expect_file!["explain.expect"].assert_eq(&text);
}

#[tokio::test]
async fn names_that_the_graph_does_not_have() {
    let graph = capability_path();
    let explain = async |names: &[&str]| {
        let done = graph.run(&[&["explain", "graph.yaml"], names].concat()).await.expect(2);
        done.shown()
    };
    let all = [
        explain(&["gest"]).await,
        explain(&["guest", "otl"]).await,
        explain(&["grpc", "nobody"]).await,
    ];
    expect![[r#"
        exit 2
        --- stderr
        error: the graph has no component or capability `gest`; did you mean `guest`?
        exit 2
        --- stderr
        error: the graph has no component, capability or interface `otl`; did you mean `otel`?
        exit 2
        --- stderr
        error: the graph has no component `nobody`
    "#]]
    .assert_eq(&all.concat());
}
