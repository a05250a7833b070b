//! Turns what the transport reports into one clear sentence and a code. It reads error chains of
//! tonic, hyper and h2, which is why nothing else here has to.

use std::error::Error;
use std::io::ErrorKind;
use std::time::Duration;

use super::code::Code;
use super::error::SendError;

/// A transport failure in our words.
pub(super) enum Failure {
    /// Nothing came back within the deadline of the call.
    Silent,
    /// The other side certainly did not process the message, and may take it on a new connection.
    Unprocessed(SendError),
    Final(SendError),
}

/// Says what `error` means for a message to `url`.
pub(super) fn explain(
    error: &(dyn Error + 'static),
    url: &str,
    connect_timeout: Duration,
) -> Failure {
    if find::<tonic::TimeoutExpired>(error).is_some() {
        return Failure::Silent;
    }
    if let Some(error) = find::<tonic::ConnectError>(error) {
        return Failure::Final(explain_connect(error, url, connect_timeout));
    }
    if let Some(error) = find::<h2::Error>(error) {
        return explain_http2(error, url);
    }
    match find::<hyper::Error>(error).is_some_and(hyper::Error::is_canceled) {
        true => Failure::Unprocessed(closed(url)),
        false => Failure::Final(closed(url)),
    }
}

fn explain_connect(error: &tonic::ConnectError, url: &str, limit: Duration) -> SendError {
    let kind = find::<std::io::Error>(error).map(std::io::Error::kind);
    let cause = innermost(error).to_string();
    let message = match kind {
        Some(ErrorKind::ConnectionRefused) => {
            format!("nothing listens at {url} (connection refused)")
        }
        Some(ErrorKind::TimedOut) => format!("connecting to {url} took longer than {limit:?}"),
        // tonic and rustls tell these two apart from others in their text alone.
        _ if cause.starts_with("TLS handshake timeout") => {
            format!("the TLS handshake with {url} took longer than {limit:?}")
        }
        _ if cause.contains("InvalidContentType") => {
            format!("{url} does not speak TLS; is it http:// instead?")
        }
        _ => format!("cannot connect to {url}: {cause}"),
    };
    SendError::status(Code::Unavailable, message)
}

fn explain_http2(error: &h2::Error, url: &str) -> Failure {
    let Some(reason) = error.reason() else { return Failure::Final(closed(url)) };
    if error.is_reset() {
        let message = format!("{url} reset the stream before its answer was complete ({reason:?})");
        let error = SendError::status(Code::from_reset(reason), message);
        return match reason {
            h2::Reason::REFUSED_STREAM => Failure::Unprocessed(error),
            _ => Failure::Final(error),
        };
    }
    if error.is_go_away() && error.is_remote() {
        // An orderly end finishes the streams it took; only the others see this error.
        return match reason {
            h2::Reason::NO_ERROR => Failure::Unprocessed(closed(url)),
            _ => Failure::Final(closed(url)),
        };
    }
    let message = format!("{url} does not speak HTTP/2 as gRPC needs it ({reason:?})");
    Failure::Final(SendError::status(Code::Internal, message))
}

/// In one wording, since which of several errors the transport reports is a matter of timing.
fn closed(url: &str) -> SendError {
    SendError::status(
        Code::Unavailable,
        format!("{url} closed the connection before its answer was complete"),
    )
}

fn find<'e, T: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

fn innermost<'e>(error: &'e (dyn Error + 'static)) -> &'e (dyn Error + 'static) {
    let mut at = error;
    while let Some(source) = at.source() {
        at = source;
    }
    at
}
