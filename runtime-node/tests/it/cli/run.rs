//! `run` and `collector` beside the routes: the embedded receiver, ports that are taken, the
//! termination log.

use std::net::TcpListener;
use std::process::Stdio;

use expect_test::expect;

use super::{capability_path, component_path};
use crate::serving::{Serving, ask};
use crate::support::{Done, Graph, NOBODY, finish, program};

/// What `run --collector` prints when its route `/log` is called.
async fn printed(graph: &Graph) -> String {
    let file = graph.path("printed");
    let out = Stdio::from(std::fs::File::create(&file).expect("create"));
    let serving = Serving::printing_to(out, graph, &["--collector"]).await;
    let answer = ask(serving.http.expect("port"), "POST", "/log", "\"came\"").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "null"));
    assert_eq!(serving.stop().await, 0);
    std::fs::read_to_string(file).expect("printed")
}

/// The record is printed, though the manifest and the environment name places where nobody is.
#[tokio::test]
async fn the_embedded_collector_takes_the_place_of_all_others() {
    let manifest = |graph: Graph, find: &str, put: &str| {
        let text = std::fs::read_to_string(graph.path("graph.yaml")).expect("manifest");
        assert!(text.contains(find), "{text}");
        Graph::of_text(&text.replacen(find, put, 1)).sending_to(NOBODY)
    };
    let url = format!("grpc:\n        url: {NOBODY}\n        ");
    let telemetry = format!("spec:\n  telemetry: {{endpoint: \"{NOBODY}\"}}\n");
    let own = format!("config:\n        otel.exporter.otlp.endpoint: {NOBODY}\n        ");
    let url_of_carrier = format!("config:\n        url: {NOBODY}\n        ");
    let elsewhere = manifest(component_path(), "config:     ", &url_of_carrier);
    let graphs = [
        capability_path().sending_to(NOBODY),
        manifest(capability_path(), "grpc:     ", &url),
        manifest(capability_path(), "spec:\n", &telemetry),
        component_path().sending_to(NOBODY),
        manifest(component_path(), "spec:\n", &telemetry),
        manifest(component_path(), "config:     ", &own),
        // The address that the carrier was given is also the only one it was allowed.
        manifest(elsewhere, "\"@collector\"", "\"127.0.0.1:1\""),
    ];
    for graph in graphs {
        let text = std::fs::read_to_string(graph.path("graph.yaml")).expect("manifest");
        let lines = printed(&graph).await;
        assert_eq!(lines.lines().count(), 1, "{text}{lines}");
        assert!(lines.starts_with("log ") && lines.contains("came"), "{text}{lines}");
        assert!(lines.contains("componentgraph.component=guest"), "{lines}");
    }
}

async fn run(graph: &Graph, args: &[&str]) -> Done {
    graph.run(&[&["run", "graph.yaml"], args].concat()).await
}

#[tokio::test]
async fn a_port_that_is_taken() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("bind");
    let address = taken.local_addr().expect("address").to_string();
    let port = taken.local_addr().expect("address").port().to_string();
    let graph = capability_path();
    let http = run(&graph, &["--port", &port, "--admin-port", "0"]).await.expect(1);
    let admin = run(&graph, &["--port", "0", "--admin-port", &port]).await.expect(1);
    let mut collector = program();
    collector.args(["collector", "--listen", &address]);
    let collector = finish(collector, "").await.expect(1);
    let all = [http, admin, collector].map(|done| done.shown().replace(&address, "ADDR"));
    expect![[r#"
        exit 1
        --- stderr
        error[port-unavailable]: cannot listen on ADDR: Address already in use (os error 98)
          --> graph.yaml:17:3
           |
        17 |   http:
           |   ^^^^
           |
           = field: spec.http.port
           = expected: a port that is free
           = fix: stop what listens there, or choose another port with --port
        exit 1
        --- stderr
        error[port-unavailable]: cannot listen on ADDR: Address already in use (os error 98)
        --> graph.yaml
         = field: --admin-port
         = expected: a port that is free
         = fix: stop what listens there, or choose another port with --admin-port
        exit 1
        --- stderr
        error: cannot listen on ADDR: Address already in use (os error 98)
    "#]]
    .assert_eq(&all.concat());
}

/// The port of the manifest counts unless the command line says otherwise.
#[tokio::test]
async fn the_port_of_the_manifest() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("bind");
    let address = taken.local_addr().expect("address");
    let graph = Graph::new(&format!(
        "components: [{{name: counter, file: FIXTURES/counter.wasm}}]
http:
  port: {}
  routes: [{{name: up, method: POST, path: /up, component: counter, function: increment}}]",
        address.port()
    ));
    let done = run(&graph, &["--admin-port", "0"]).await.expect(1);
    done.says(&format!("cannot listen on {address}"));
    done.says("spec.http.port");
    let serving = Serving::start(&graph, &[]).await;
    assert_eq!(ask(serving.http.expect("port"), "POST", "/up", "").await.body, "1");
    assert_eq!(serving.stop().await, 0);
}

/// What the kubelet reads is what is on standard error, both when the manifest is wrong and when
/// the surroundings are.
#[tokio::test]
async fn the_termination_log_holds_the_problems() {
    let broken = Graph::new("components:\n  - {name: guest, builtin: helo-log}");
    let done = run(&broken, &["--termination-log", "why"]).await.expect(1);
    let why = std::fs::read_to_string(broken.path("why")).expect("log");
    assert_eq!(why.trim_end(), done.stderr.trim_end());

    let taken = TcpListener::bind("127.0.0.1:0").expect("bind");
    let port = taken.local_addr().expect("address").port().to_string();
    let args = ["--port", "0", "--admin-port", &port, "--termination-log", "why"];
    let graph = capability_path();
    run(&graph, &args).await.expect(1);
    let why = std::fs::read_to_string(graph.path("why")).expect("log");
    assert!(why.contains("port-unavailable"), "{why}");

    // A log that cannot be written changes neither code nor message.
    let done = run(&broken, &["--termination-log", "no/where"]).await.expect(1);
    done.says("warning: no/where cannot be written");
    done.says("unknown-builtin");
}

/// The kubelet reads 4096 bytes.
#[tokio::test]
async fn the_termination_log_is_short() {
    let mut spec = "components:\n".to_owned();
    for i in 0..60 {
        spec += &format!("  - {{name: grüße{i}, builtin: nothing}}\n");
    }
    let graph = Graph::new(&spec);
    run(&graph, &["--termination-log", "why"]).await.expect(1);
    let why = std::fs::read(graph.path("why")).expect("log");
    assert!((4000..=4096).contains(&why.len()), "{}", why.len());
    assert!(String::from_utf8(why).is_ok());
}
