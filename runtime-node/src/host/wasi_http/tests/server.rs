//! A server on loopback, HTTP/1.1 and cleartext HTTP/2, that behaves as the last part of the
//! path asks for.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt};
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

type Frames = Pin<Box<dyn Stream<Item = io::Result<Frame<Bytes>>> + Send>>;

/// A gRPC frame with an empty message.
pub(super) const EMPTY_REPLY: &[u8] = &[0, 0, 0, 0, 0];

pub(super) struct Server {
    pub(super) address: SocketAddr,
    connections: Arc<AtomicUsize>,
    _tasks: JoinSet<()>,
}

impl Server {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, Arc::clone(&connections)));
        Self { address, connections, _tasks: tasks }
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

async fn accept(listener: TcpListener, connections: Arc<AtomicUsize>) {
    let mut open = JoinSet::new();
    loop {
        let (socket, _) = listener.accept().await.unwrap();
        connections.fetch_add(1, Ordering::SeqCst);
        open.spawn(async move {
            let server = auto::Builder::new(TokioExecutor::new());
            let served = server.serve_connection(TokioIo::new(socket), service_fn(answer));
            // A client that goes away, or a reset asked for, ends the connection with an error.
            let _ = served.await;
        });
    }
}

async fn answer(request: Request<Incoming>) -> io::Result<Response<StreamBody<Frames>>> {
    let method = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
    let (head, body) = request.into_parts();
    let reply = || Ok(Frame::data(Bytes::from_static(EMPTY_REPLY)));
    Ok(match method.as_str() {
        "Ok" => {
            let length = body.collect().await.map_err(io::Error::other)?.to_bytes().len();
            let mut response = frames(vec![reply(), status(0)]);
            response.headers_mut().insert("x-length", HeaderValue::from(length));
            response
        }
        "Status14" => frames(vec![status(14)]),
        "TrailersOnly13" => only(13),
        "TrailersOnly0" => only(0),
        "NoStatus" => frames(vec![reply()]),
        "StatusBeforeData" => {
            let mut response = frames(vec![reply()]);
            response.headers_mut().insert("grpc-status", HeaderValue::from(0));
            response
        }
        "Http503" => {
            let mut response = only(0);
            *response.status_mut() = http::StatusCode::SERVICE_UNAVAILABLE;
            response
        }
        "Reset" => reset_after(reply()),
        "ResetAtOnce" => return Err(io::Error::other("asked for")),
        "Never" => std::future::pending().await,
        "Stall" => stall(reply()),
        "Big" => frames(vec![Ok(Frame::data(Bytes::from(vec![7; 3 << 20]))), status(0)]),
        "head" => {
            let fields: Vec<_> = head.headers.iter().map(|(k, v)| format!("{k}: {v:?}")).collect();
            let text = format!("{:?} {}\n{}", head.version, head.uri, fields.join("\n"));
            frames(vec![Ok(Frame::data(Bytes::from(text)))])
        }
        _ => {
            let mut response = frames(Vec::new());
            *response.status_mut() = http::StatusCode::NOT_FOUND;
            response
        }
    })
}

fn frames(frames: Vec<io::Result<Frame<Bytes>>>) -> Response<StreamBody<Frames>> {
    Response::new(StreamBody::new(Box::pin(stream::iter(frames))))
}

fn stall(first: io::Result<Frame<Bytes>>) -> Response<StreamBody<Frames>> {
    let then = stream::pending();
    Response::new(StreamBody::new(Box::pin(stream::iter([first]).chain(then))))
}

/// The reset comes later than the data, so that it cannot overtake the head.
fn reset_after(first: io::Result<Frame<Bytes>>) -> Response<StreamBody<Frames>> {
    let reset = stream::once(async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        Err(io::Error::other("asked for"))
    });
    Response::new(StreamBody::new(Box::pin(stream::iter([first]).chain(reset))))
}

/// A response that ends with its head.
fn only(code: u16) -> Response<StreamBody<Frames>> {
    let mut response = frames(Vec::new());
    response.headers_mut().insert("grpc-status", HeaderValue::from(code));
    response
}

fn status(code: u16) -> io::Result<Frame<Bytes>> {
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from(code));
    Ok(Frame::trailers(trailers))
}

/// A port where nothing listens.
pub(super) async fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().port()
}
