//! A stop with requests in flight: they end, new ones are refused, and the exit code says so.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::serving::{Answer, Serving, ask};
use crate::support::{DEADLINE, Graph};

/// A server that answers when told; a guest that asks it is in flight for so long.
pub(super) struct Slow {
    address: SocketAddr,
    came: std::sync::Arc<Notify>,
    answer: std::sync::Arc<Notify>,
}

impl Slow {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
        let address = listener.local_addr().expect("address");
        let slow = Self { address, came: Default::default(), answer: Default::default() };
        let (came, answer) = (slow.came.clone(), slow.answer.clone());
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("accept");
            assert!(stream.read(&mut [0; 4096]).await.expect("read") > 0);
            came.notify_one();
            answer.notified().await;
            let reply = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
            stream.write_all(reply).await.expect("write");
        });
        slow
    }

    /// A graph whose route asks this server.
    pub(super) fn graph(&self, more: &str) -> Graph {
        Graph::new(&format!(
            "{more}
components:
  - {{name: get, file: FIXTURES/http-get.wasm, imports: [http]}}
capabilities:
  - {{name: http, type: wasi:http, wasiHttp: {{allowedHosts: [\"{}\"]}}}}
http: {{routes: [{{name: get, method: POST, path: /get, component: get, function: get}}]}}",
            self.address
        ))
    }

    pub(super) fn request(&self, node: SocketAddr) -> JoinHandle<Answer> {
        let url = format!("\"http://{}/\"", self.address);
        tokio::spawn(async move { ask(node, "POST", "/get", &url).await })
    }

    /// Waits for the guest's request.
    pub(super) async fn came(&self) {
        tokio::time::timeout(DEADLINE, self.came.notified()).await.expect("no request came");
    }

    pub(super) fn answer(&self) {
        self.answer.notify_one();
    }
}

/// Asks again until it is so.
async fn until(what: &str, so: impl AsyncFn() -> bool) {
    let waiting = async {
        while !so().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(tokio::time::timeout(DEADLINE, waiting).await.is_ok(), "{what}");
}

#[tokio::test]
async fn a_request_in_flight_ends_well() {
    for signal in ["-TERM", "-INT"] {
        let slow = Slow::start().await;
        let serving = Serving::start(&slow.graph(""), &[]).await;
        let (http, admin) = (serving.http.expect("port"), serving.admin);
        let request = slow.request(http);
        slow.came().await;
        let ending = tokio::spawn(serving.end(signal));
        until("not draining", async || ask(admin, "GET", "/readyz", "").await.status == 503).await;
        until("still listening", async || TcpStream::connect(http).await.is_err()).await;
        assert_eq!(ask(admin, "GET", "/livez", "").await.status, 200);
        assert!(!request.is_finished() && !ending.is_finished());
        slow.answer();
        let answer = request.await.expect("task");
        assert_eq!((answer.status, answer.body.as_str()), (200, "200"), "{signal}");
        assert_eq!(ending.await.expect("task"), 0, "{signal}");
    }
}

#[tokio::test]
async fn a_request_that_takes_longer_is_given_up() {
    let slow = Slow::start().await;
    let serving = Serving::start(&slow.graph(""), &["--drain", "1"]).await;
    let request = slow.request(serving.http.expect("port"));
    slow.came().await;
    assert_eq!(serving.stop().await, 4);
    request.abort();
}

/// Whoever says it twice does not want to wait, neither for the grace nor for requests.
#[tokio::test]
async fn a_second_signal_ends_the_node_at_once() {
    let slow = Slow::start().await;
    for (grace, code) in [("0", 4), ("3600", 0)] {
        let more = ["--drain", "3600", "--stop-grace", grace];
        let serving = Serving::start(&slow.graph(""), &more).await;
        let admin = serving.admin;
        // With the first of the two nodes a request is under way.
        let request = (code == 4).then(|| slow.request(serving.http.expect("port")));
        if request.is_some() {
            slow.came().await;
        }
        serving.signal("-INT").await;
        until("not draining", async || ask(admin, "GET", "/readyz", "").await.status == 503).await;
        assert_eq!(serving.end("-INT").await, code);
    }
}

/// Others need time to notice that this node is no longer ready.
#[tokio::test]
async fn requests_are_taken_during_the_grace() {
    let graph = Graph::new(
        "components: [{name: counter, file: FIXTURES/counter.wasm}]
http: {routes: [{name: up, method: POST, path: /up, component: counter, function: increment}]}",
    );
    let serving = Serving::start(&graph, &["--stop-grace", "5"]).await;
    let (http, admin) = (serving.http.expect("port"), serving.admin);
    let ending = tokio::spawn(serving.stop());
    until("not draining", async || ask(admin, "GET", "/readyz", "").await.status == 503).await;
    let answer = ask(http, "POST", "/up", "").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "1"));
    assert_eq!(ending.await.expect("task"), 0);
}
