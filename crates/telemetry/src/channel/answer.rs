//! Reads the answer to one call: HTTP head, message, trailers. `ok` comes out only where status 0
//! and one whole message were read. It does not know what the message means.

use bytes::Bytes;
use h2::{Reason, RecvStream};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http::response::Parts;
use percent_encoding::percent_decode;

use super::code::Code;
use super::error::SendError;
use super::frame::{Collector, FrameError};

/// How an answer fell short.
pub(super) enum AnswerError {
    /// The other side, or what it sent, says that the call failed.
    Refused(SendError),
    /// The transport failed while reading.
    Broken(h2::Error),
}

/// As much of an answer that is not gRPC as an error message repeats.
const EXCERPT: usize = 120;

/// Reads `response` from `url` to its end.
pub(super) async fn read(
    response: http::Response<RecvStream>,
    url: &str,
    limit: usize,
) -> Result<Bytes, AnswerError> {
    let (head, mut body) = response.into_parts();
    let early = status(&head.headers, url);
    if let Some(Err(error)) = early {
        return Err(AnswerError::Refused(error));
    }
    if early.is_none() && !is_grpc(&head) {
        return Err(AnswerError::Refused(not_grpc(&head, body, url).await));
    }
    let mut collector = Collector::new(limit);
    let mut framing = Ok(());
    while let Some(data) = next(&mut body).await {
        let data = data.map_err(AnswerError::Broken)?;
        // A status may follow that explains the bad bytes, so only the size ends it at once.
        framing = framing.and_then(|()| collector.push(&data));
        if let Err(error @ FrameError::TooLarge { .. }) = framing {
            return Err(AnswerError::Refused(bad_frame(error, url)));
        }
    }
    let trailers = trailers(&mut body).await.map_err(AnswerError::Broken)?;
    let late = trailers.and_then(|trailers| status(&trailers, url));
    let message = framing.and_then(|()| collector.finish());
    match late.or(early) {
        Some(Ok(())) => message.map_err(|error| AnswerError::Refused(bad_frame(error, url))),
        Some(Err(error)) => Err(AnswerError::Refused(error)),
        None => Err(AnswerError::Refused(SendError::status(
            Code::Unknown,
            format!("{url} ended its answer without a grpc-status"),
        ))),
    }
}

/// The next bytes of the body, room for as many made on the wire again.
async fn next(body: &mut RecvStream) -> Option<Result<Bytes, h2::Error>> {
    let data = match body.data().await? {
        Err(error) if is_early_end(&error) => return None,
        data => data,
    };
    if let Ok(data) = &data {
        // It fails only for more than was taken.
        let _ = body.flow_control().release_capacity(data.len());
    }
    Some(data)
}

async fn trailers(body: &mut RecvStream) -> Result<Option<HeaderMap>, h2::Error> {
    match body.trailers().await {
        Err(error) if is_early_end(&error) => Ok(None),
        trailers => trailers,
    }
}

/// A server that answered before it had read everything may reset the stream with this (RFC 9113,
/// section 8.1); what it sent stands.
fn is_early_end(error: &h2::Error) -> bool {
    error.is_reset() && error.reason() == Some(Reason::NO_ERROR)
}

fn is_grpc(head: &Parts) -> bool {
    let kind = head.headers.get(CONTENT_TYPE).map_or(&b""[..], |value| value.as_bytes());
    head.status == http::StatusCode::OK && kind.starts_with(b"application/grpc")
}

/// The gRPC status in headers or trailers, if one is there.
fn status(headers: &HeaderMap, url: &str) -> Option<Result<(), SendError>> {
    let value = headers.get("grpc-status")?;
    let number = value.to_str().ok().and_then(|text| text.parse::<u32>().ok());
    let Some(number) = number else {
        let message = format!("{url} answered grpc-status {value:?}, which is not a number");
        return Some(Err(SendError::status(Code::Unknown, message)));
    };
    let Some(code) = Code::from_number(number) else { return Some(Ok(())) };
    let message = headers
        .get("grpc-message")
        .map(|value| percent_decode(value.as_bytes()).decode_utf8_lossy().into_owned());
    let message = message
        .filter(|message| !message.is_empty())
        .unwrap_or_else(|| format!("{url} answered grpc-status {number} without a message"));
    Some(Err(SendError::status(code, message)))
}

fn bad_frame(error: FrameError, url: &str) -> SendError {
    let code = match error {
        FrameError::TooLarge { .. } => Code::ResourceExhausted,
        _ => Code::Internal,
    };
    SendError::status(code, format!("{url} sent {error}"))
}

/// Describes an answer of something that is no gRPC server, with the start of its text.
async fn not_grpc(head: &Parts, mut body: RecvStream, url: &str) -> SendError {
    let mut text = Vec::new();
    while text.len() < EXCERPT {
        let Some(Ok(data)) = next(&mut body).await else { break };
        text.extend_from_slice(&data);
    }
    let kind = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let mut message = format!("{url} answered HTTP {}", head.status.as_u16());
    message += &kind.map_or_else(|| ", not gRPC".into(), |kind| format!(", {kind}, not gRPC"));
    let excerpt = excerpt(&text);
    if !excerpt.is_empty() {
        message += &format!(": {excerpt}");
    }
    let code = match head.status {
        http::StatusCode::OK => Code::Unknown,
        other => Code::from_http(other),
    };
    SendError::status(code, message)
}

/// The first line, shortened, without control characters.
fn excerpt(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let line = text.trim().lines().next().unwrap_or_default();
    line.chars().filter(|c| !c.is_control()).take(EXCERPT).collect()
}
