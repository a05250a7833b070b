//! `run` as an operator of it sees it: ports, probes, metrics, and a drain that loses nothing.

use crate::serving::{Serving, ask};
use crate::support::{Collector, Graph, example};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn serves_is_ready_counts_and_drains() {
    let collector = Collector::start().await;
    let text = std::fs::read_to_string(example("capability.yaml")).unwrap();
    let graph = Graph::of_text(&text).sending_to(&collector.url());
    let serving = Serving::start(&graph, &[]).await;
    let http = serving.http.expect("routes");
    let answer = ask(http, "POST", "/log", "\"served\"").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "null"));
    assert_eq!(ask(http, "GET", "/log", "").await.status, 405);
    assert_eq!(ask(http, "POST", "/nowhere", "").await.status, 404);
    assert_eq!(ask(http, "POST", "/log", "{").await.status, 400);
    assert_eq!(ask(http, "POST", "/log", "7").await.status, 400);
    for path in ["/livez", "/readyz"] {
        assert_eq!(ask(serving.admin, "GET", path, "").await.status, 200, "{path}");
    }
    let metrics = ask(serving.admin, "GET", "/metrics", "").await.body;
    let acknowledged =
        "componentgraph_records_total{graph=\"otel-example\",state=\"acknowledged\"} 1";
    assert!(metrics.contains(acknowledged), "{metrics}");
    assert_eq!(serving.stop().await, 0);
    let bodies: Vec<_> = collector.logs().into_iter().map(|log| log.body).collect();
    assert_eq!(bodies, ["served"]);
}

#[tokio::test]
async fn a_graph_without_routes_listens_for_no_requests() {
    let serving = Serving::start(&Graph::of_fixture("counter"), &[]).await;
    assert_eq!(serving.http, None);
    assert_eq!(ask(serving.admin, "GET", "/readyz", "").await.status, 200);
    assert_eq!(serving.stop().await, 0);
}
