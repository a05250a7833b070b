//! One connection: HTTP/1.1 or cleartext HTTP/2, a task for each request. It knows no routes.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::response::internal;
use super::server::Answer;

/// Largest request head, in bytes.
const MOST_HEADERS: u32 = 64 * 1024;
const MOST_STREAMS: u32 = 256;
/// An HTTP/2 peer that does not answer a ping in this time is gone.
const PING: Duration = Duration::from_secs(20);

/// What a connection shares with the others of its server.
pub(super) struct Context<A> {
    pub(super) answer: Arc<A>,
    pub(super) headers: Duration,
    pub(super) drain: CancellationToken,
    pub(super) requests: TaskTracker,
}

pub(super) async fn serve<A: Answer>(stream: TcpStream, context: Context<A>) {
    // Without it small answers may wait for an acknowledgement of the one before.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!("cannot set TCP_NODELAY: {error}");
    }
    let Context { answer, headers, drain, requests } = context;
    let asked = AtomicBool::new(false);
    let service = service_fn(|request| {
        asked.store(true, Ordering::Relaxed);
        // Own tasks let all functions that can run do so before the answers are written, which
        // saves a wake-up of the client for each; and a panic ends one request only.
        let task = requests.spawn(answer.clone().answer(request));
        async move {
            Ok::<_, Infallible>(task.await.unwrap_or_else(|error| {
                tracing::error!("a request was not answered: {error}");
                internal(None)
            }))
        }
    });
    let builder = builder(headers);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    // The header time of the HTTP/1 side starts only when the protocol is known, so a client that
    // sends nothing would stay for ever.
    let mut first = pin!(tokio::time::sleep(headers));
    let (mut waiting, mut draining) = (true, false);
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!("connection ended: {error}");
                }
                return;
            }
            () = &mut first, if waiting => {
                if !asked.load(Ordering::Relaxed) {
                    return;
                }
                waiting = false;
            }
            () = drain.cancelled(), if !draining => {
                connection.as_mut().graceful_shutdown();
                draining = true;
            }
        }
    }
}

fn builder(headers: Duration) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(headers)
        .max_buf_size(MOST_HEADERS as usize);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING)
        .max_concurrent_streams(MOST_STREAMS)
        .max_header_list_size(MOST_HEADERS);
    builder
}
