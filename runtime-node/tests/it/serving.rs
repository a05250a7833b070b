//! A serving node as a process: started, asked over HTTP, told to stop. It knows no graph.

use std::net::SocketAddr;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;

use crate::support::{DEADLINE, Graph};

/// `runtime-node run`, listening on free ports.
pub(crate) struct Serving {
    child: Child,
    /// Where the routes are; `None` if the graph has none.
    pub(crate) http: Option<SocketAddr>,
    pub(crate) admin: SocketAddr,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Serving {
    pub(crate) async fn start(graph: &Graph, more: &[&str]) -> Self {
        Self::printing_to(Stdio::inherit(), graph, more).await
    }

    pub(crate) async fn printing_to(stdout: Stdio, graph: &Graph, more: &[&str]) -> Self {
        let args = ["run", "graph.yaml", "--port", "0", "--admin-port", "0"];
        let mut command = graph.command(&[&args, more].concat());
        let mut child = command.stdout(stdout).stderr(Stdio::piped()).spawn().expect("spawn");
        let mut lines = BufReader::new(child.stderr.take().expect("stderr")).lines();
        let (mut http, mut admin) = (None, None);
        while admin.is_none() {
            let line = tokio::time::timeout(DEADLINE, lines.next_line()).await.expect("in time");
            let line = line.expect("text").expect("the node ended");
            let address = |start: &str| Some(line.strip_prefix(start)?.parse().expect("address"));
            http = address("http: listening on http://").or(http);
            admin = address("admin: listening on http://");
        }
        // Later lines are read by nobody, but read, so that the node never waits for room.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { child, http, admin: admin.expect("admin") }
    }

    /// Asks the node to stop and returns its exit code.
    pub(crate) async fn stop(self) -> i32 {
        self.end("-TERM").await
    }

    pub(crate) async fn signal(&self, signal: &str) {
        let id = self.child.id().expect("running").to_string();
        let killed = tokio::process::Command::new("kill").args([signal, &id]).status().await;
        assert!(killed.expect("kill").success());
    }

    /// Sends a signal and returns the exit code.
    pub(crate) async fn end(mut self, signal: &str) -> i32 {
        self.signal(signal).await;
        let ended = tokio::time::timeout(DEADLINE, self.child.wait()).await.expect("in time");
        ended.expect("wait").code().expect("code")
    }
}

pub(crate) async fn ask(to: SocketAddr, method: &str, path: &str, body: &str) -> Answer {
    let mut request = hyper::Request::builder().method(method).uri(path).header("host", "node");
    if !body.is_empty() {
        request = request.header("content-type", "application/json");
    }
    let request = request.body(body.to_owned()).expect("request");
    let stream = tokio::net::TcpStream::connect(to).await.expect("connect");
    let io = hyper_util::rt::TokioIo::new(stream);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.expect("http");
    tokio::spawn(connection);
    let answer = sender.send_request(request).await.expect("answer");
    let status = answer.status().as_u16();
    let body = http_body_util::BodyExt::collect(answer.into_body()).await.expect("body").to_bytes();
    Answer { status, body: String::from_utf8(body.to_vec()).expect("utf-8") }
}
