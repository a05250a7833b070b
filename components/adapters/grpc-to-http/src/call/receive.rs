//! Receives an answer: headers, the body to its end, trailers. Knows nothing of what they mean.

use crate::bindings::http::{
    Fields, FutureIncomingResponse, FutureTrailers, IncomingBody, IncomingResponse,
};
use crate::bindings::streams::{InputStream, StreamError};
use crate::call::error;
use crate::call::wait::Deadline;
use crate::failure::Failure;
use crate::reply::{Answer, Said};
use crate::status::Code;

/// Replies of exports are a few bytes; this keeps a server from filling the memory.
const MAX_REPLY_BYTES: usize = 4 << 20;

/// How much is asked for at once.
const PIECE: u64 = 64 << 10;

/// Waits for the whole answer.
pub(crate) fn answer(
    response: &FutureIncomingResponse,
    deadline: Deadline,
) -> Result<Answer, Failure> {
    deadline.wait(&response.subscribe())?;
    let response = match response.get() {
        Some(Ok(result)) => result.map_err(|code| error::of_http(&code))?,
        Some(Err(())) | None => return Err(broken("response")),
    };
    let headers = response.headers();
    let mut answer = Answer {
        http_status: response.status(),
        content_type: first(&headers, "content-type"),
        headers: said(&headers),
        ..Answer::default()
    };
    drop(headers);
    // Then the body says nothing more: the status is in the headers, or this is not gRPC.
    if answer.headers.status.as_deref().is_none_or(|status| status == b"0")
        && answer.http_status == 200
    {
        let (body, trailers) = rest(&response, deadline)?;
        answer.body = body;
        answer.trailers = trailers;
    }
    Ok(answer)
}

fn rest(
    response: &IncomingResponse,
    deadline: Deadline,
) -> Result<(Vec<u8>, Option<Said>), Failure> {
    let body = response.consume().map_err(|()| broken("body"))?;
    let stream = body.stream().map_err(|()| broken("body"))?;
    let bytes = read(&stream, deadline)?;
    // The stream is a child of the body and must go first.
    drop(stream);
    let trailers = trailers(&IncomingBody::finish(body), deadline)?;
    Ok((bytes, trailers.as_ref().map(said)))
}

fn read(stream: &InputStream, deadline: Deadline) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    loop {
        match stream.read(PIECE) {
            Ok(piece) if piece.is_empty() => deadline.wait(&stream.subscribe())?,
            Ok(piece) => {
                bytes.extend_from_slice(&piece);
                deadline.check()?;
            }
            Err(StreamError::Closed) => return Ok(bytes),
            Err(failed) => return Err(error::of_stream(&failed)),
        }
        if bytes.len() > MAX_REPLY_BYTES {
            return Err(Failure::new(
                Code::ResourceExhausted,
                format!("the reply is larger than {MAX_REPLY_BYTES} bytes"),
            ));
        }
    }
}

fn trailers(future: &FutureTrailers, deadline: Deadline) -> Result<Option<Fields>, Failure> {
    deadline.wait(&future.subscribe())?;
    match future.get() {
        Some(Ok(result)) => result.map_err(|code| error::of_http(&code)),
        Some(Err(())) | None => Err(broken("trailers")),
    }
}

fn said(fields: &Fields) -> Said {
    Said { status: first(fields, "grpc-status"), message: first(fields, "grpc-message") }
}

fn first(fields: &Fields, name: &str) -> Option<Vec<u8>> {
    fields.get(name).into_iter().next()
}

fn broken(what: &str) -> Failure {
    Failure::new(Code::Internal, format!("the host gave no {what}"))
}
