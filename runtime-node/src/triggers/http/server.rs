//! A listening port: accepting, and draining when told. What is answered is not its business.

use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use ::http::Request;
use hyper::body::Incoming;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::connection::{Context, serve};
use super::response::HttpResponse;

/// Waits after an accept that failed for want of file descriptors or memory.
const PAUSE: Duration = Duration::from_millis(50);

/// Turns one request into one response.
pub trait Answer: Send + Sync + 'static {
    fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> impl Future<Output = HttpResponse> + Send + 'static;
}

/// What answers now; it may be replaced while requests are under way, which end with the old one.
pub struct Current<A>(RwLock<Arc<A>>);

impl<A> Current<A> {
    pub fn new(answer: A) -> Self {
        Self(RwLock::new(Arc::new(answer)))
    }

    pub fn replace(&self, answer: A) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(answer);
    }

    fn get(&self) -> Arc<A> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<A: Answer> Answer for Current<A> {
    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> HttpResponse {
        self.get().answer(request).await
    }
}

/// How long a server waits for others.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// For the headers of a request, and for the next request of a connection.
    pub headers: Duration,
    /// How long after the signal connections are still accepted: others need time to notice that
    /// this node is no longer ready.
    pub grace: Duration,
    /// How long after that requests in flight may take.
    pub drain: Duration,
}

/// The port could not be taken.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {source}")]
pub struct BindError {
    pub address: SocketAddr,
    pub source: std::io::Error,
}

/// How a server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drained {
    /// Requests that were still running at the end of the drain time.
    pub unfinished: usize,
}

/// A bound port.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    timing: Timing,
}

impl Server {
    /// Port 0 takes a free one.
    pub async fn bind(address: SocketAddr, timing: Timing) -> Result<Self, BindError> {
        let failed = |source| BindError { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address, timing })
    }

    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown`, then for the grace, then finishes what is in flight. A request
    /// runs to its end even if its client has gone: its records are still to be delivered. After
    /// `hurry` nothing is waited for.
    pub async fn serve<A: Answer>(
        self,
        answer: Arc<A>,
        shutdown: impl Future<Output = ()> + Send,
        hurry: CancellationToken,
    ) -> Drained {
        let drain = CancellationToken::new();
        let requests = TaskTracker::new();
        let mut connections = JoinSet::new();
        let grace = self.timing.grace;
        let mut end = std::pin::pin!(async {
            shutdown.await;
            // Whether in a hurry or not, the grace is over.
            let _ = tokio::time::timeout(grace, hurry.cancelled()).await;
        });
        loop {
            tokio::select! {
                stream = accept(&self.listener) => {
                    let context = Context {
                        answer: answer.clone(),
                        headers: self.timing.headers,
                        drain: drain.clone(),
                        requests: requests.clone(),
                    };
                    connections.spawn(serve(stream, context));
                }
                Some(_) = connections.join_next() => {}
                () = &mut end => break,
            }
        }
        drop(self.listener);
        drain.cancel();
        requests.close();
        let finished = async {
            while connections.join_next().await.is_some() {}
            requests.wait().await;
        };
        // What is left at the end of the time is said by the count below.
        let finished = hurry.run_until_cancelled(finished);
        let _ = tokio::time::timeout(self.timing.drain, finished).await;
        Drained { unfinished: requests.len() }
    }
}

/// The next connection. A failed accept is never the end of the server.
async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) => {
                tracing::warn!("cannot accept a connection: {error}");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}
