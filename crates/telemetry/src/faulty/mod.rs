//! A gRPC server that misbehaves on demand, one fault at a time, for tests of everything that
//! sends. It speaks raw HTTP/2, so that each fault is exact; it does not look into messages.

mod answer;

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use h2::server::SendResponse;
use http::HeaderMap;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// What the server does with a call, once it has the whole message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Answers status 0 with an empty reply.
    Ok,
    /// The same, after a while.
    SlowOk(Duration),
    /// Keeps the stream open and stays silent.
    NeverAnswers,
    /// Resets the stream in the middle of the reply.
    ResetMidStream,
    /// Refuses the stream, which tells the client that nothing was processed.
    RefusesStream,
    /// Closes the TCP connection instead of answering.
    ClosesConnection,
    /// An empty reply, and this status and message in trailers.
    Status(u32, String),
    /// This status and message in the only HEADERS frame.
    TrailersOnly(u32, String),
    /// A whole reply and the end of the stream, without trailers.
    NoTrailers,
    /// Status 0 without a reply.
    NoReply,
    /// What a proxy answers that cannot reach its server.
    Http503,
    /// Status 0 and an OTLP reply that some records were rejected.
    PartialSuccess { rejected: i64, message: String },
    /// Status 0 after a reply of so many bytes.
    HugeReply(usize),
    /// Status 0 and a reply that is not a protobuf message.
    BadReply,
}

/// A call as the server got it.
#[derive(Clone, Debug)]
pub struct Call {
    /// `/package.Service/Method`
    pub method: String,
    pub headers: HeaderMap,
    /// The message without its frame.
    pub message: Bytes,
}

/// A running server. Dropping it cuts every connection.
pub struct FaultyServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    fault: Mutex<Fault>,
    calls: Mutex<Vec<Call>>,
    connections: AtomicUsize,
}

impl FaultyServer {
    /// Listens on a free loopback port.
    pub async fn start(fault: Fault) -> io::Result<Self> {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0)), fault).await
    }

    pub async fn start_at(address: SocketAddr, fault: Fault) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            fault: Mutex::new(fault),
            calls: Mutex::default(),
            connections: AtomicUsize::new(0),
        });
        let task = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self { address, shared, task })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address as exporters want it.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What to do with calls from now on.
    pub fn set(&self, fault: Fault) {
        *lock(&self.shared.fault) = fault;
    }

    /// The calls that arrived whole, in order of arrival.
    pub fn received(&self) -> Vec<Call> {
        lock(&self.shared.calls).clone()
    }

    /// How many TCP connections were accepted.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Relaxed)
    }
}

impl Drop for FaultyServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A loopback address at which nothing listens.
pub async fn nobody() -> io::Result<SocketAddr> {
    TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?.local_addr()
}

/// What becomes of the connection after a call.
enum After {
    Stay,
    /// Close it, and only then let go of the stream: h2 would reset it first.
    Close(SendResponse<Bytes>),
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    // Owned here, so that the end of this task is the end of every connection.
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        shared.connections.fetch_add(1, Relaxed);
        connections.spawn(serve(stream, Arc::clone(&shared)));
    }
}

/// Errors end the connection and nothing else: the client's view is what tests look at.
async fn serve(stream: TcpStream, shared: Arc<Shared>) -> Result<(), h2::Error> {
    const WINDOW: u32 = 4 << 20;
    let mut builder = h2::server::Builder::new();
    builder.initial_window_size(WINDOW).initial_connection_window_size(WINDOW);
    let mut connection = builder.handshake::<_, Bytes>(stream).await?;
    let mut calls = JoinSet::new();
    loop {
        tokio::select! {
            next = connection.accept() => match next {
                Some(call) => {
                    let (request, respond) = call?;
                    calls.spawn(answer::take(request, respond, Arc::clone(&shared)));
                }
                None => return Ok(()),
            },
            Some(Ok(after)) = calls.join_next() => {
                if let After::Close(stream) = after {
                    drop(connection);
                    drop(stream);
                    return Ok(());
                }
            }
        }
    }
}

impl Shared {
    /// Notes the call and says what to do with it.
    fn note(&self, call: Call) -> Fault {
        lock(&self.calls).push(call);
        lock(&self.fault).clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
