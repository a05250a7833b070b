//! The body of a response while the guest reads it: limits the wait between two pieces, turns
//! errors into `wasi:http` words, and tells the call its gRPC status as it goes by. Reads
//! nothing ahead of the guest.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::response::Parts;
use http::{Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep, sleep};
use wasmtime_wasi_http::{Error, WasiBody};

use super::call::{self, Call, Verdict};
use super::errors;

/// Hands a response to the guest. `call` is there if the witness counts it.
pub(super) fn observe(
    response: Response<Incoming>,
    between_bytes: Duration,
    call: Option<Call>,
) -> Response<WasiBody> {
    let (parts, incoming) = response.into_parts();
    let watch = call.map(|call| Watch::begin(call, &parts, incoming.is_end_stream()));
    let body = ResponseBody { incoming, between_bytes, timer: None, waiting: false, watch };
    Response::from_parts(parts, body.boxed_unsync())
}

struct ResponseBody {
    incoming: Incoming,
    between_bytes: Duration,
    /// Made at the first wait, so that a response that is already there costs none.
    timer: Option<Pin<Box<Sleep>>>,
    /// Whether the timer runs: only while the guest waits, since its own pauses are no time-out.
    waiting: bool,
    watch: Option<Watch>,
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = &mut *self;
        let frame = match Pin::new(&mut this.incoming).poll_frame(cx) {
            Poll::Ready(frame) => frame.map(|frame| frame.map_err(|e| errors::of_response(&e))),
            Poll::Pending if this.poll_overdue(cx).is_pending() => return Poll::Pending,
            Poll::Pending => Some(Err(Error::ConnectionReadTimeout)),
        };
        this.waiting = false;
        if let Some(watch) = &mut this.watch {
            watch.note(frame.as_ref());
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

impl ResponseBody {
    fn poll_overdue(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let wait = self.between_bytes;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(wait)));
        if !self.waiting {
            timer.as_mut().reset(Instant::now() + wait);
            self.waiting = true;
        }
        timer.as_mut().poll(cx)
    }
}

/// Looks for the status of a gRPC call.
struct Watch {
    call: Call,
    /// A status in the response's head, which is the call's status if nothing follows.
    in_head: Option<Verdict>,
    any_data: bool,
}

impl Watch {
    fn begin(mut call: Call, head: &Parts, ended: bool) -> Self {
        let in_head = call::status(&head.headers);
        if head.status != StatusCode::OK {
            // Whoever answered does not speak gRPC: a proxy, or another server.
            call.settle(Err(format!("HTTP status {}", head.status.as_u16())));
        } else if ended || matches!(in_head, Some(Err(_))) {
            // A failure in the head is final, whatever follows; the guest may stop reading here.
            call.settle(in_head.clone().unwrap_or_else(call::no_status));
        }
        Self { call, in_head, any_data: false }
    }

    fn note(&mut self, frame: Option<&Result<Frame<Bytes>, Error>>) {
        match frame {
            Some(Ok(frame)) => match frame.trailers_ref() {
                Some(trailers) => {
                    let verdict = call::status(trailers);
                    self.call.settle(verdict.unwrap_or_else(call::no_status));
                }
                None => self.any_data |= frame.data_ref().is_some_and(|data| !data.is_empty()),
            },
            Some(Err(error)) => self.call.settle(Err(error.to_string())),
            None => {
                let verdict = self.in_head.take().filter(|_| !self.any_data);
                self.call.settle(verdict.unwrap_or_else(call::no_status));
            }
        }
    }
}
