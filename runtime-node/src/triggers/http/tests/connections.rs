//! Protocols, slow clients, and the end of a server.

use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

fn targets() -> Vec<Target<String>> {
    let text = [("text", Shape::String)];
    vec![
        target(Method::Post, "/echo", "echo", &text, Some(Shape::String)),
        target(Method::Post, "/wait", "wait", &[], None),
    ]
}

const ECHO: &[u8] = b"POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\n\"a\"";

/// Reads until the answer's body is there.
async fn answer(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut buffer = [0; 1024];
    while !text.contains("\r\n\r\n\"a\"") && !text.contains("\r\n\r\nnull") {
        let count = stream.read(&mut buffer).await.unwrap();
        assert!(count > 0, "the connection ended after {text:?}");
        text.push_str(&String::from_utf8_lossy(&buffer[..count]));
    }
    text
}

/// Waits for the end of the connection.
async fn ended(stream: &mut TcpStream) -> Vec<u8> {
    let mut rest = Vec::new();
    // A reset is an end as well.
    let _ = stream.read_to_end(&mut rest).await;
    rest
}

#[tokio::test]
async fn both_protocols_are_spoken_on_one_port() {
    let running = start(targets(), TIMING).await;
    for h2 in [false, true] {
        let reply = send_by(running.address, request("POST", "/echo", r#""a""#), h2).await;
        assert_eq!((reply.status.as_u16(), reply.body.as_str()), (200, r#""a""#));
        assert_eq!(reply.headers["content-type"], "application/json");
    }
}

#[tokio::test]
async fn a_connection_is_kept() {
    let running = start(targets(), TIMING).await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    for _ in 0..3 {
        stream.write_all(ECHO).await.unwrap();
        assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200"));
    }
}

#[tokio::test]
async fn a_client_that_sends_no_headers_is_cut_off() {
    let timing = Timing { headers: Duration::from_millis(200), ..TIMING };
    let running = start(targets(), timing).await;
    let parts: [&[u8]; 4] = [b"", b"PRI * HTTP/2.0\r\n", b"POST /echo HTTP/1.1\r\nhost:", b"P"];
    for sent in parts {
        let begun = Instant::now();
        let mut stream = TcpStream::connect(running.address).await.unwrap();
        stream.write_all(sent).await.unwrap();
        ended(&mut stream).await;
        assert!(begun.elapsed() < Duration::from_secs(4), "{sent:?}");
    }
}

#[tokio::test]
async fn a_body_that_does_not_come_is_408_or_413() {
    let fake = Arc::new(Fake::default());
    let limits = RequestLimits { body_time: Duration::from_millis(200), ..LIMITS };
    let front = Front::new(targets(), fake, limits, &Metrics::new("test"));
    let (address, _stop, _served) = serve(Arc::new(front), TIMING).await;
    for (head, status) in [
        ("content-length: 3", "HTTP/1.1 408"),
        ("content-length: 3000", "HTTP/1.1 413"),
        ("transfer-encoding: chunked", "HTTP/1.1 408"),
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!("POST /echo HTTP/1.1\r\nhost: a\r\n{head}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let text = String::from_utf8(ended(&mut stream).await).unwrap();
        assert!(text.starts_with(status), "{head}: {text}");
    }
}

#[tokio::test]
async fn a_client_that_sends_far_too_much_gets_its_answer() {
    let running = start(targets(), TIMING).await;
    let long = "a".repeat(8 * 1024 * 1024);
    for h2 in [false, true] {
        let reply = send_by(running.address, request("POST", "/echo", &long), h2).await;
        assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE);
    }
}

#[tokio::test]
async fn a_client_that_asks_first_is_told_at_once() {
    let running = start(targets(), TIMING).await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    let head =
        b"POST /echo HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 3000\r\n\r\n";
    stream.write_all(head).await.unwrap();
    let text = String::from_utf8(ended(&mut stream).await).unwrap();
    assert!(text.starts_with("HTTP/1.1 413"), "{text}");
}

#[tokio::test]
async fn a_chunked_body_is_cut_at_its_limit() {
    let running = start(targets(), TIMING).await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    let head = b"POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n800\r\n";
    stream.write_all(head).await.unwrap();
    stream.write_all(&[b' '; 0x800]).await.unwrap();
    let text = String::from_utf8(ended(&mut stream).await).unwrap();
    assert!(text.starts_with("HTTP/1.1 413"), "{text}");
}

#[tokio::test]
async fn drain_finishes_what_is_in_flight_and_closes_the_rest() {
    let running = start(targets(), TIMING).await;
    let mut idle = TcpStream::connect(running.address).await.unwrap();
    idle.write_all(ECHO).await.unwrap();
    answer(&mut idle).await;
    let mut busy = TcpStream::connect(running.address).await.unwrap();
    busy.write_all(b"POST /wait HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n").await.unwrap();
    running.fake.begun.notified().await;

    running.stop.send(()).unwrap();
    assert_eq!(ended(&mut idle).await, b"");
    assert!(TcpStream::connect(running.address).await.is_err());
    assert!(!running.served.is_finished());
    running.fake.go.notify_one();
    let text = answer(&mut busy).await;
    assert!(text.starts_with("HTTP/1.1 200"), "{text}");
    assert_eq!(ended(&mut busy).await, b"");
    assert_eq!(running.served.await.unwrap(), Drained { unfinished: 0 });
}

#[tokio::test]
async fn connections_are_accepted_during_the_grace() {
    let timing = Timing { grace: Duration::from_millis(500), ..TIMING };
    let running = start(targets(), timing).await;
    running.stop.send(()).unwrap();
    let reply = send(running.address, request("POST", "/echo", r#""a""#)).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(running.served.await.unwrap(), Drained { unfinished: 0 });
    assert!(TcpStream::connect(running.address).await.is_err());
}

#[tokio::test]
async fn a_request_that_outlives_the_drain_is_counted() {
    let timing = Timing { drain: Duration::from_millis(100), ..TIMING };
    let running = start(targets(), timing).await;
    let mut busy = TcpStream::connect(running.address).await.unwrap();
    busy.write_all(b"POST /wait HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n").await.unwrap();
    running.fake.begun.notified().await;
    running.stop.send(()).unwrap();
    assert_eq!(running.served.await.unwrap(), Drained { unfinished: 1 });
}

#[tokio::test]
async fn an_invocation_whose_client_has_gone_runs_to_its_end() {
    let running = start(targets(), TIMING).await;
    let mut busy = TcpStream::connect(running.address).await.unwrap();
    busy.write_all(b"POST /wait HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n").await.unwrap();
    running.fake.begun.notified().await;
    drop(busy);
    running.stop.send(()).unwrap();
    running.fake.go.notify_one();
    assert_eq!(running.served.await.unwrap(), Drained { unfinished: 0 });
    let line = r#"componentgraph_invocations_total{graph="test",route="wait",outcome="ok"} 1"#;
    assert!(running.metrics.text().unwrap().contains(line));
}

#[tokio::test]
async fn a_port_in_use_is_an_error_that_names_it() {
    let first = Server::bind(([127, 0, 0, 1], 0).into(), TIMING).await.unwrap();
    let address = first.local_addr();
    let error = Server::bind(address, TIMING).await.err().unwrap();
    assert!(error.to_string().starts_with(&format!("cannot listen on {address}: ")), "{error}");
}
