//! One call to the faulty server: takes the message in, then does what the fault says. It knows no
//! sockets.

use std::future::{pending, poll_fn};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use h2::server::SendResponse;
use h2::{Reason, RecvStream, SendStream};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsPartialSuccess, ExportLogsServiceResponse,
};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use prost::Message as _;

use super::{After, Call, Fault, Shared};

const PREFIX: usize = 5;

/// What `grpc-message` encodes beside what is not ASCII.
const ENCODED: &AsciiSet = &CONTROLS.add(b'%');

/// Takes one call from beginning to end. What the client spoils is its own affair.
pub(super) async fn take(
    request: Request<RecvStream>,
    mut respond: SendResponse<Bytes>,
    shared: Arc<Shared>,
) -> After {
    let (head, body) = request.into_parts();
    let Ok(body) = read(body).await else { return After::Stay };
    let method = head.uri.path().to_owned();
    let message = body.slice(PREFIX.min(body.len())..);
    let fault = shared.note(Call { method, headers: head.headers, message });
    if fault == Fault::ClosesConnection {
        return After::Close(respond);
    }
    // An error here means that the client went away.
    let _ = answer(fault, &mut respond).await;
    After::Stay
}

async fn read(mut body: RecvStream) -> Result<Bytes, h2::Error> {
    let mut whole = BytesMut::new();
    while let Some(piece) = body.data().await {
        let piece = piece?;
        body.flow_control().release_capacity(piece.len())?;
        whole.extend_from_slice(&piece);
    }
    Ok(whole.freeze())
}

async fn answer(fault: Fault, respond: &mut SendResponse<Bytes>) -> Result<(), h2::Error> {
    match fault {
        Fault::Ok => reply(respond, frame(&[]), status(0, "")).await,
        Fault::SlowOk(delay) => {
            tokio::time::sleep(delay).await;
            reply(respond, frame(&[]), status(0, "")).await
        }
        Fault::Status(code, message) => reply(respond, frame(&[]), status(code, &message)).await,
        Fault::BadReply => reply(respond, frame(b"<html>"), status(0, "")).await,
        Fault::HugeReply(size) => reply(respond, frame(&vec![0; size]), status(0, "")).await,
        Fault::PartialSuccess { rejected, message } => {
            let partial =
                ExportLogsPartialSuccess { rejected_log_records: rejected, error_message: message };
            let message = ExportLogsServiceResponse { partial_success: Some(partial) };
            reply(respond, frame(&message.encode_to_vec()), status(0, "")).await
        }
        Fault::NoReply => respond.send_response(head(200), false)?.send_trailers(status(0, "")),
        Fault::NoTrailers => respond.send_response(head(200), false)?.send_data(frame(&[]), true),
        Fault::TrailersOnly(code, message) => {
            let mut head = head(200);
            head.headers_mut().extend(status(code, &message));
            respond.send_response(head, true).map(drop)
        }
        Fault::Http503 => {
            let mut head = head(503);
            head.headers_mut().insert("content-type", HeaderValue::from_static("text/plain"));
            let body = Bytes::from_static(b"no healthy upstream\n");
            respond.send_response(head, false)?.send_data(body, true)
        }
        Fault::ResetMidStream => {
            let mut stream = respond.send_response(head(200), false)?;
            stream.send_data(frame(&[0; 8]).slice(..9), false)?;
            // Lets the half reply out before the reset takes its place.
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            stream.send_reset(Reason::INTERNAL_ERROR);
            Ok(())
        }
        Fault::RefusesStream => {
            respond.send_reset(Reason::REFUSED_STREAM);
            Ok(())
        }
        Fault::NeverAnswers | Fault::ClosesConnection => {
            // Ends when the client resets the stream.
            poll_fn(|context| respond.poll_reset(context)).await?;
            pending().await
        }
    }
}

/// A gRPC answer: head, the framed reply, trailers.
async fn reply(
    respond: &mut SendResponse<Bytes>,
    framed: Bytes,
    trailers: HeaderMap,
) -> Result<(), h2::Error> {
    let mut stream = respond.send_response(head(200), false)?;
    send(&mut stream, framed).await?;
    stream.send_trailers(trailers)
}

/// Sends within the client's windows, so that a huge reply is never buffered whole.
async fn send(stream: &mut SendStream<Bytes>, mut data: Bytes) -> Result<(), h2::Error> {
    while !data.is_empty() {
        stream.reserve_capacity(data.len());
        let Some(capacity) = poll_fn(|context| stream.poll_capacity(context)).await else {
            return Ok(());
        };
        let piece = data.split_to(capacity?.min(data.len()));
        stream.send_data(piece, false)?;
    }
    Ok(())
}

fn head(status: u16) -> Response<()> {
    let mut head = Response::new(());
    *head.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
    head.headers_mut().insert("content-type", HeaderValue::from_static("application/grpc"));
    head
}

fn status(code: u32, message: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("grpc-status", HeaderValue::from(code));
    let encoded = utf8_percent_encode(message, ENCODED).to_string();
    if let (false, Ok(value)) = (message.is_empty(), HeaderValue::try_from(encoded)) {
        headers.insert(HeaderName::from_static("grpc-message"), value);
    }
    headers
}

fn frame(message: &[u8]) -> Bytes {
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
    Bytes::from([&[0][..], &length.to_be_bytes(), message].concat())
}
