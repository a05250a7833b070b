//! Answers of a serving node: which status, which headers, which body.

use std::net::SocketAddr;

use expect_test::expect;
use http_body_util::BodyExt;
use hyper_util::rt::TokioIo;

use super::capability_path;
use super::drain::Slow;
use crate::serving::{Serving, ask};
use crate::support::{Graph, NOBODY};

const SHOWN: [&str; 4] = ["allow", "retry-after", "content-type", "connection"];

/// Sends a request as it is: `METHOD PATH`, content type, body.
async fn sent(to: SocketAddr, line: &str, kind: &str, body: &str) -> String {
    let (method, path) = line.split_once(' ').expect("method and path");
    let mut request = hyper::Request::builder().method(method).uri(path).header("host", "node");
    if !kind.is_empty() {
        request = request.header("content-type", kind);
    }
    let request = request.body(body.to_owned()).expect("request");
    let stream = tokio::net::TcpStream::connect(to).await.expect("connect");
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("http");
    tokio::spawn(connection);
    let answer = sender.send_request(request).await.expect("answer");
    let mut text = format!("{line} {body}\n  {}", answer.status().as_u16());
    for name in SHOWN {
        if let Some(value) = answer.headers().get(name) {
            text += &format!(" {name}={}", value.to_str().expect("text"));
        }
    }
    let body = answer.into_body().collect().await.expect("body").to_bytes();
    text + "\n  " + std::str::from_utf8(&body).expect("utf-8") + "\n"
}

#[tokio::test]
async fn what_a_request_gets() {
    let graph = Graph::new(
        "limits: {timeout: 500ms, requestBody: 1Ki}
components:
  - {name: values, file: FIXTURES/values.wasm}
  - {name: spin, file: FIXTURES/spin.wasm}
  - {name: trap, file: FIXTURES/trap.wasm}
http:
  routes:
    - {name: u8, method: POST, path: /u8, component: values, function: u8}
    - {name: u64, method: GET, path: \"/u64/{value}\", component: values, function: u64}
    - {name: repeat, method: GET, path: \"/repeat/{word}\", component: values, function: repeat}
    - {name: again, method: POST, path: /repeat, component: values, function: repeat}
    - {name: spin, method: POST, path: /spin, component: spin, function: spin}
    - {name: trap, method: POST, path: /trap, component: trap, function: trap}",
    );
    let serving = Serving::start(&graph, &[]).await;
    let http = serving.http.expect("port");
    let long = format!("\"{}\"", "x".repeat(1025));
    let json = "application/json";
    let requests = [
        ("POST /u8", json, "255"),
        ("POST /u8", json, "{\"value\": 255}"),
        ("POST /u8", json, "300"),
        ("POST /u8", json, "{\"vale\": 255}"),
        ("POST /u8", json, "{"),
        ("POST /u8", "text/plain", "255"),
        ("POST /u8", "", ""),
        ("GET /u64/18446744073709551615", "", ""),
        ("GET /u64/18446744073709551616", "", ""),
        ("GET /repeat/gr%C3%BC%C3%9Fe?count=2", "", ""),
        ("GET /repeat/x?count=1001", "", ""),
        ("GET /repeat/x?count=1&cuont=2", "", ""),
        ("POST /repeat", json, "{\"word\": \"x\", \"count\": 2}"),
        ("GET /u8", "", ""),
        ("PUT /u64/1", "", ""),
        ("POST /nowhere", json, "1"),
        ("POST /u8", json, &long),
        ("POST /spin", "", ""),
        ("POST /trap", "", ""),
    ];
    let mut text = String::new();
    for (line, kind, body) in requests {
        text += &sent(http, line, kind, body).await;
    }
    // The number of an invocation depends on how many went before it.
    let text = text.replace(&long, "(too long)");
    expect![[r#"
        POST /u8 255
          200 content-type=application/json
          255
        POST /u8 {"value": 255}
          200 content-type=application/json
          255
        POST /u8 300
          400 content-type=application/json
          {"error":{"code":"bad-arguments","message":"`value`: expected u8, found 300; give an integer from 0 to 255","problems":[{"path":"value","expected":"u8","found":"300","fix":"give an integer from 0 to 255"}]}}
        POST /u8 {"vale": 255}
          400 content-type=application/json
          {"error":{"code":"bad-arguments","message":"`vale`: expected no such parameter, found 255; did you mean `value`?\n`value`: expected u8, found nothing","problems":[{"path":"vale","expected":"no such parameter","found":"255","fix":"did you mean `value`?"},{"path":"value","expected":"u8","found":"nothing"}]}}
        POST /u8 {
          400 content-type=application/json
          {"error":{"code":"bad-request","message":"the body is not JSON: EOF while parsing an object at line 1 column 1"}}
        POST /u8 255
          415 content-type=application/json
          {"error":{"code":"not-json","message":"the body must be application/json in UTF-8, not compressed; found content-type \"text/plain\""}}
        POST /u8 
          400 content-type=application/json
          {"error":{"code":"bad-arguments","message":"`value`: expected u8, found nothing","problems":[{"path":"value","expected":"u8","found":"nothing"}]}}
        GET /u64/18446744073709551615 
          200 content-type=application/json
          18446744073709551615
        GET /u64/18446744073709551616 
          400 content-type=application/json
          {"error":{"code":"bad-arguments","message":"`value`: expected u64, found \"18446744073709551616\"; give an integer from 0 to 18446744073709551615","problems":[{"path":"value","expected":"u64","found":"\"18446744073709551616\"","fix":"give an integer from 0 to 18446744073709551615"}]}}
        GET /repeat/gr%C3%BC%C3%9Fe?count=2 
          200 content-type=application/json
          "grüßegrüße"
        GET /repeat/x?count=1001 
          500 content-type=application/json
          {"error":"1001 is above 1000"}
        GET /repeat/x?count=1&cuont=2 
          400 content-type=application/json
          {"error":{"code":"bad-arguments","message":"`cuont`: expected no such parameter, found \"2\"; did you mean `count`?","problems":[{"path":"cuont","expected":"no such parameter","found":"\"2\"","fix":"did you mean `count`?"}]}}
        POST /repeat {"word": "x", "count": 2}
          200 content-type=application/json
          "xx"
        GET /u8 
          405 allow=POST content-type=application/json
          {"error":{"code":"method-not-allowed","message":"this path takes POST"}}
        PUT /u64/1 
          405 allow=GET, HEAD content-type=application/json
          {"error":{"code":"method-not-allowed","message":"this path takes GET, HEAD"}}
        POST /nowhere 1
          404 content-type=application/json
          {"error":{"code":"no-route","message":"no route has this path"}}
        POST /u8 (too long)
          413 content-type=application/json connection=close
          {"error":{"code":"body-too-large","message":"the body may have 1024 bytes"}}
        POST /spin 
          504 content-type=application/json
          {"error":{"code":"timeout","id":"7"}}
        POST /trap 
          500 content-type=application/json
          {"error":{"code":"unreachable","id":"8"}}
    "#]].assert_eq(&text);
    assert_eq!(serving.stop().await, 0);
}

#[tokio::test]
async fn a_node_that_is_busy_says_when_to_come_back() {
    let slow = Slow::start().await;
    let serving = Serving::start(&slow.graph("limits: {concurrency: 1}"), &[]).await;
    let http = serving.http.expect("port");
    let first = slow.request(http);
    slow.came().await;
    let busy = sent(http, "POST /get", "application/json", "\"http://node/\"").await;
    expect![[r#"
        POST /get "http://node/"
          503 retry-after=1 content-type=application/json
          {"error":{"code":"overloaded","id":"2"}}
    "#]]
    .assert_eq(&busy);
    slow.answer();
    assert_eq!(first.await.expect("task").status, 200);
    assert_eq!(serving.stop().await, 0);
}

/// The status never depends on telemetry: a loss is counted.
#[tokio::test]
async fn a_lost_record_is_a_metric() {
    let graph = capability_path().sending_to(NOBODY);
    let serving = Serving::start(&graph, &[]).await;
    let answer = ask(serving.http.expect("port"), "POST", "/log", "\"lost\"").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "null"));
    let metrics = ask(serving.admin, "GET", "/metrics", "").await.body;
    let failed = "componentgraph_records_total{graph=\"otel-example\",state=\"failed\"} 1";
    assert!(metrics.contains(failed), "{metrics}");
    assert_eq!(serving.stop().await, 0);
}
