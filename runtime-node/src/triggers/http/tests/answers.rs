//! Status and body of every way a request can end.

use expect_test::{Expect, expect};

use super::*;
use crate::triggers::admin::{AdminPort, Phase};

fn text_result() -> Option<Shape> {
    let text = || Some(Box::new(Shape::String));
    Some(Shape::Result { ok: text(), error: text() })
}

fn targets() -> Vec<Target<String>> {
    use Method::{Delete, Get, Post};
    let text = [("text", Shape::String)];
    let pair = [("id", Shape::U8), ("text", Shape::String)];
    let both = || Some(Shape::Tuple(vec![Shape::U8, Shape::String]));
    vec![
        target(Post, "/echo", "echo", &text, Some(Shape::String)),
        target(Post, "/pair/{id}", "pair", &pair, both()),
        target(Get, "/pair/{id}", "pair", &pair, both()),
        target(Delete, "/echo/{text}", "echo", &text, Some(Shape::String)),
        target(Post, "/nothing", "nothing", &[], None),
        target(Post, "/ok", "ok", &text, text_result()),
        target(Post, "/err", "err", &text, text_result()),
        target(Post, "/loss", "loss", &[], None),
        target(Post, "/trap", "trap", &[], None),
        target(Post, "/slow", "slow", &[], None),
        target(Post, "/full", "full", &[], None),
        target(Post, "/hungry", "hungry", &[], None),
        target(Post, "/odd", "odd", &[], Some(Shape::String)),
        target(Post, "/panic", "panic", &[], None),
    ]
}

async fn check(method: &str, path: &str, body: &str, expect: Expect) {
    let running = start(targets(), TIMING).await;
    let reply = send(running.address, request(method, path, body)).await;
    let mut text = format!("{} {}", reply.status.as_u16(), reply.body);
    for name in ["allow", "retry-after"] {
        if let Some(value) = reply.headers.get(name) {
            text.push_str(&format!("\n{name}: {}", value.to_str().unwrap()));
        }
    }
    expect.assert_eq(&text);
}

#[tokio::test]
async fn a_result_is_the_body() {
    check("POST", "/echo", r#""Grüße 🦀""#, expect![[r#"200 "Grüße 🦀""#]]).await;
    check("POST", "/echo", r#"{"text": "a"}"#, expect![[r#"200 "a""#]]).await;
    check("POST", "/nothing", "", expect!["200 null"]).await;
    check("POST", "/ok", r#""a""#, expect![[r#"200 "a""#]]).await;
    check("POST", "/err", r#""a""#, expect![[r#"500 {"error":"a"}"#]]).await;
}

#[tokio::test]
async fn path_query_and_body_become_arguments() {
    check("POST", "/pair/7", r#"{"text": "a"}"#, expect![[r#"200 [7,"a"]"#]]).await;
    check("POST", "/pair/7", r#""a""#, expect![[r#"200 [7,"a"]"#]]).await;
    check("GET", "/pair/7?text=a+b%2Bc%26", "", expect![[r#"200 [7,"a b+c&"]"#]]).await;
    check("DELETE", "/echo/a%2Fb%C3%BC", "", expect![[r#"200 "a/bü""#]]).await;
}

#[tokio::test]
async fn bad_arguments_are_told() {
    check("GET", "/pair/300", "", expect![[r#"400 {"error":{"code":"bad-arguments","message":"`id`: expected u8, found \"300\"; give an integer from 0 to 255\n`text`: expected string, found nothing","problems":[{"path":"id","expected":"u8","found":"\"300\"","fix":"give an integer from 0 to 255"},{"path":"text","expected":"string","found":"nothing"}]}}"#]]).await;
    check("GET", "/pair/3?tetx=a", "", expect![[r#"400 {"error":{"code":"bad-arguments","message":"`tetx`: expected no such parameter, found \"a\"; did you mean `text`?\n`text`: expected string, found nothing","problems":[{"path":"tetx","expected":"no such parameter","found":"\"a\"","fix":"did you mean `text`?"},{"path":"text","expected":"string","found":"nothing"}]}}"#]]).await;
    check("POST", "/echo", "{", expect![[r#"400 {"error":{"code":"bad-request","message":"the body is not JSON: EOF while parsing an object at line 1 column 1"}}"#]]).await;
    check("POST", "/echo?text=a", "", expect![[r#"400 {"error":{"code":"bad-request","message":"POST takes its arguments from path and body; send no query"}}"#]]).await;
    check("DELETE", "/echo/a", "{}", expect![[r#"400 {"error":{"code":"bad-request","message":"DELETE takes its arguments from path and query; send no body"}}"#]]).await;
    check(
        "DELETE",
        "/echo/%FF",
        "",
        expect![[
            r#"400 {"error":{"code":"bad-request","message":"the path is not UTF-8 when decoded"}}"#
        ]],
    )
    .await;
}

#[tokio::test]
async fn other_paths_methods_and_bodies_are_refused() {
    check(
        "POST",
        "/nowhere",
        "",
        expect![[r#"404 {"error":{"code":"no-route","message":"no route has this path"}}"#]],
    )
    .await;
    check(
        "POST",
        "/echo/",
        "",
        expect![[r#"404 {"error":{"code":"no-route","message":"no route has this path"}}"#]],
    )
    .await;
    check(
        "PUT",
        "/pair/7",
        "",
        expect![[r#"
        405 {"error":{"code":"method-not-allowed","message":"this path takes GET, HEAD, POST"}}
        allow: GET, HEAD, POST"#]],
    )
    .await;
    check(
        "BREW",
        "/echo",
        "",
        expect![[r#"
        405 {"error":{"code":"method-not-allowed","message":"this path takes POST"}}
        allow: POST"#]],
    )
    .await;
    let long = format!("{:?}", "a".repeat(1100));
    check(
        "POST",
        "/echo",
        &long,
        expect![[
            r#"413 {"error":{"code":"body-too-large","message":"the body may have 1024 bytes"}}"#
        ]],
    )
    .await;
}

#[tokio::test]
async fn failures_have_a_code_and_no_internals() {
    check("POST", "/trap", "", expect![[r#"500 {"error":{"code":"unreachable","id":"7"}}"#]]).await;
    check("POST", "/hungry", "", expect![[r#"500 {"error":{"code":"memory-limit","id":"7"}}"#]])
        .await;
    check("POST", "/slow", "", expect![[r#"504 {"error":{"code":"timeout","id":"7"}}"#]]).await;
    check(
        "POST",
        "/full",
        "",
        expect![[r#"
        503 {"error":{"code":"overloaded","id":"7"}}
        retry-after: 1"#]],
    )
    .await;
    check("POST", "/odd", "", expect![[r#"500 {"error":{"code":"internal","id":"7"}}"#]]).await;
    check("POST", "/panic", "", expect![[r#"500 {"error":{"code":"internal"}}"#]]).await;
}

#[tokio::test]
async fn only_json_is_read() {
    let running = start(targets(), TIMING).await;
    let status = async |name: &'static str, value: &'static str| {
        let mut request = request("POST", "/echo", r#""a""#);
        request.headers_mut().insert(name, value.parse().unwrap());
        send(running.address, request).await.status.as_u16()
    };
    assert_eq!(status("content-type", "application/json; charset=UTF-8").await, 200);
    assert_eq!(status("content-type", "application/cloudevents+json").await, 200);
    assert_eq!(status("content-encoding", "identity").await, 200);
    assert_eq!(status("content-type", "text/plain").await, 415);
    assert_eq!(status("content-type", "application/json; charset=latin1").await, 415);
    assert_eq!(status("content-encoding", "gzip").await, 415);
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let running = start(targets(), TIMING).await;
    for h2 in [false, true] {
        let head = request("HEAD", "/pair/7?text=abc", "");
        let reply = send_by(running.address, head, h2).await;
        assert_eq!((reply.status.as_u16(), reply.body.as_str()), (200, ""));
        assert_eq!(reply.headers["content-length"], "9");
    }
}

#[tokio::test]
async fn a_lost_record_is_counted_and_does_not_change_the_answer() {
    let running = start(targets(), TIMING).await;
    let reply = send(running.address, request("POST", "/loss", "")).await;
    assert_eq!((reply.status.as_u16(), reply.body.as_str()), (200, "null"));
    send(running.address, request("POST", "/trap", "")).await;
    send(running.address, request("POST", "/nowhere", "")).await;
    let text = running.metrics.text().unwrap();
    for line in [
        r#"componentgraph_records_total{graph="test",state="failed"} 1"#,
        r#"componentgraph_records_total{graph="test",state="acknowledged"} 1"#,
        r#"componentgraph_invocations_total{graph="test",route="loss",outcome="ok"} 1"#,
        r#"componentgraph_invocations_total{graph="test",route="trap",outcome="trap"} 1"#,
        r#"componentgraph_http_refusals_total{graph="test",route="",status="404"} 1"#,
        r#"componentgraph_invocation_duration_seconds_count{graph="test",route="loss"} 1"#,
        r#"componentgraph_invocations_in_flight{graph="test"} 0"#,
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
}

#[tokio::test]
async fn the_admin_port_says_how_the_node_is() {
    let admin = AdminPort::open(SocketAddr::from(([127, 0, 0, 1], 0)), TIMING).await.unwrap();
    let get = async |path: &str| {
        let reply = send(admin.address(), request("GET", path, "")).await;
        format!("{} {}", reply.status.as_u16(), reply.body)
    };
    assert_eq!(get("/livez").await, "200 ok\n");
    assert_eq!(get("/metrics").await, "503 starting\n");
    assert_eq!(get("/readyz").await, "503 starting\n");
    admin.count(Metrics::new("test"));
    admin.set(Phase::Ready);
    assert_eq!(get("/readyz").await, "200 ok\n");
    admin.set(Phase::Draining);
    assert_eq!(get("/readyz").await, "503 draining\n");
    let text = get("/metrics").await;
    assert!(text.contains("# HELP componentgraph_invocations_in_flight "), "{text}");
    assert_eq!(get("/other").await, "404 the paths are /livez, /readyz and /metrics\n");
    let reply = send(admin.address(), request("POST", "/livez", "")).await;
    assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED);
}
