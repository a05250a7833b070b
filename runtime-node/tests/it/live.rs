//! Settings that change while the node serves, and what the surroundings say of the source.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::{Duration, Instant};

use runtime_node::node::Node;

use crate::serving::{Serving, ask};
use crate::support::{Collector, DEADLINE, Graph, example};

fn capability_path() -> Graph {
    Graph::of_text(&std::fs::read_to_string(example("capability.yaml")).expect("example"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_collector_takes_effect_while_serving() {
    let (first, second) = (Collector::start().await, Collector::start().await);
    let graph = capability_path();
    let say = |url: &str| {
        let text = format!("{{\"collectorEndpoint\": \"{url}\", \"logLevel\": \"warn\"}}");
        std::fs::write(graph.path("live.json"), text).expect("write");
    };
    say(&first.url());
    let serving = Serving::start(&graph, &["--live", "live.json"]).await;
    let http = serving.http.expect("routes");
    assert_eq!(ask(http, "POST", "/log", "\"before\"").await.status, 200);
    assert_eq!(first.bodies().len(), 1);
    say(&second.url());
    let begun = Instant::now();
    while second.bodies().is_empty() {
        assert!(begun.elapsed() < DEADLINE, "the change had no effect");
        assert_eq!(ask(http, "POST", "/log", "\"after\"").await.status, 200);
    }
    let at_first = first.bodies().len();
    assert_eq!(ask(http, "POST", "/log", "\"last\"").await.status, 200);
    assert_eq!(first.bodies().len(), at_first);
    assert_eq!(second.logs().pop().expect("a record").body, "last");
    assert_eq!(serving.stop().await, 0);
}

/// On a single thread, where nothing else would happen during a compilation.
#[tokio::test]
async fn a_start_holds_up_nobody() {
    let ticks = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&ticks);
    let ticking = tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_millis(1)).await;
            counted.fetch_add(1, Relaxed);
        }
    });
    let loaded = capability_path().loaded().await;
    let before = ticks.load(Relaxed);
    Node::start(loaded).await.unwrap_or_else(|problems| panic!("{problems}"));
    assert!(ticks.load(Relaxed) - before > 5, "{ticks:?}");
    ticking.abort();
}

#[tokio::test]
async fn numbers_of_invocations_are_not_used_twice() {
    let graph = Graph::of_fixture("counter");
    let mut seen = BTreeSet::new();
    for _ in 0..2 {
        let node = graph.start().await;
        let callable = node.callable("counter", "increment").expect("increment");
        for _ in 0..2 {
            assert!(seen.insert(node.instances.invoke(&callable, &[]).await.id), "{seen:?}");
        }
    }
}

#[tokio::test]
async fn live_settings_that_are_not_there() {
    let graph = capability_path();
    let done = graph.run(&["run", "graph.yaml", "--live", "nowhere.json"]).await.expect(1);
    done.says("error[live-unreadable]: the live settings nowhere.json cannot be read");
}

#[tokio::test]
async fn the_variables_of_open_telemetry_describe_the_source() {
    let collector = Collector::start().await;
    let graph = capability_path().sending_to(&collector.url());
    let mut command = graph.command(&["invoke", "graph.yaml", "guest", "log", "hello"]);
    command.env("OTEL_RESOURCE_ATTRIBUTES", "k8s.pod.name=pod-1,team=a%20b");
    command.env("OTEL_SERVICE_NAME", "shop");
    crate::support::finish(command, "").await.expect(0);
    let [log] = collector.logs().try_into().expect("one record");
    let resource = &log.origin.resource;
    assert_eq!(resource["k8s.pod.name"], "pod-1");
    assert_eq!(resource["team"], "a b");
    assert_eq!(resource["service.name"], "shop");
    assert_eq!(resource["componentgraph.graph"], "otel-example");
}
