//! `push`, and graphs whose components are in a registry, with a real registry.

use crate::support::{Collector, Done, Graph, finish};

#[path = "../../../../crates/artifacts/tests/it/registry/server.rs"]
mod server;

use server::{How, PASSWORD, RegistryServer};

/// The example with its guest in a registry, beside the built guest itself.
async fn graph(server: &RegistryServer, collector: &Collector) -> Graph {
    let text = std::fs::read_to_string(crate::support::example("capability.yaml")).expect("text");
    let image = format!("image: '{}/team/hello-log:0.9'  # ours", server.authority());
    let text = text
        .replace("{name: guest, builtin: hello-log,", &format!("{{name: guest, {image}\n      ,"));
    let graph = Graph::of_text(&text).with_fixture("hello-log").sending_to(&collector.url());
    graph
        .with_file("docker/config.json", server.login(PASSWORD))
        .with_file("nobody/config.json", r#"{"auths": {}}"#)
}

async fn run(graph: &Graph, login: &str, args: &[&str]) -> Done {
    let mut command = graph.command(args);
    command.env("DOCKER_CONFIG", graph.path(login)).env("XDG_CACHE_HOME", graph.path("cache"));
    finish(command, "").await
}

#[tokio::test]
async fn a_pushed_component_runs_by_its_digest() {
    let collector = Collector::start().await;
    let server = RegistryServer::start(How { password: true, ..How::default() }).await;
    let graph = graph(&server, &collector).await;
    let image = format!("{}/team/hello-log:1.0", server.authority());
    let before = std::fs::read_to_string(graph.path("graph.yaml")).expect("read");

    let push = ["push", "hello-log.wasm", &image, "--manifest", "graph.yaml"];
    let refused = run(&graph, "nobody", &push).await.expect(1);
    refused.says("log in with `docker login` as a user who may push there");
    let pushed = run(&graph, "docker", &push).await.expect(0);
    assert!(pushed.stdout.contains("graph.yaml: 1 written"), "{pushed}");

    // Only the reference is another, comments and all.
    let after = std::fs::read_to_string(graph.path("graph.yaml")).expect("read");
    let reference = pushed.stdout.lines().next().and_then(|line| line.strip_prefix("pushed "));
    let reference = format!("\"{}\"", reference.expect("reference"));
    let old = format!("'{}/team/hello-log:0.9'", server.authority());
    assert_eq!(after, before.replace(&old, &reference));
    assert!(reference.contains("@sha256:"), "{reference}");

    let invoke = ["invoke", "graph.yaml", "guest", "test.log", "hi"];
    run(&graph, "nobody", &invoke).await.expect(1).says("image-unauthorized");
    run(&graph, "docker", &invoke).await.expect(0);
    assert_eq!(collector.records().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_pushed_is_told_before_anything_is() {
    let collector = Collector::start().await;
    let server = RegistryServer::start(How::default()).await;
    let graph = graph(&server, &collector).await.with_file("text.wasm", "hello\n");
    let image = format!("{}/other/guest:1", server.authority());
    let text = ["push", "text.wasm", &image];
    run(&graph, "docker", &text).await.expect(1).says("file `text.wasm` is text");
    let elsewhere = ["push", "hello-log.wasm", &image, "--manifest", "graph.yaml"];
    let done = run(&graph, "docker", &elsewhere).await.expect(1);
    done.says("error[image-not-named]: no `image` of a component names");
    let bad = ["push", "hello-log.wasm", "Team/guest"];
    run(&graph, "docker", &bad).await.expect(2).says("has capital letters in the repository");
    let nobody = ["push", "hello-log.wasm", "127.0.0.1:1/guest:1"];
    run(&graph, "docker", &nobody).await.expect(1).says("no connection");
}
