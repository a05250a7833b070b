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
    let connecting = find::<tonic::ConnectError>(error).is_some();
    if let Some(error) = find::<std::io::Error>(error).filter(|_| connecting) {
        match error.kind() {
            ErrorKind::ConnectionRefused => {
                return failure(
                    Code::Unavailable,
                    format!("nothing listens at {url} (connection refused)"),
                );
            }
            ErrorKind::TimedOut => return connect_timed_out(url, connect_timeout),
            _ => {}
        }
    }
    let cause = innermost(error).to_string();
    if connecting && cause.to_ascii_lowercase().contains("timed out") {
        return connect_timed_out(url, connect_timeout);
    }
    if connecting {
        return failure(Code::Unavailable, format!("cannot connect to {url}: {cause}"));
    }
    if let Some(error) = find::<h2::Error>(error) {
        return explain_http2(error, url);
    }
    let unprocessed = find::<hyper::Error>(error).is_some_and(hyper::Error::is_canceled);
    let message = format!("lost the connection to {url}: {cause}");
    let error = SendError::status(Code::Unavailable, message);
    if unprocessed { Failure::Unprocessed(error) } else { Failure::Final(error) }
}

fn explain_http2(error: &h2::Error, url: &str) -> Failure {
    match error.reason() {
        Some(reason) if error.is_reset() => {
            let message =
                format!("{url} reset the stream before its answer was complete ({reason:?})");
            let error = SendError::status(Code::from_reset(reason), message);
            match reason {
                h2::Reason::REFUSED_STREAM => Failure::Unprocessed(error),
                _ => Failure::Final(error),
            }
        }
        Some(reason) if error.is_go_away() && error.is_remote() => failure(
            Code::Unavailable,
            format!("{url} closed the connection before its answer was complete ({reason:?})"),
        ),
        Some(reason) => failure(
            Code::Internal,
            format!("{url} does not speak HTTP/2 as gRPC needs it ({reason:?})"),
        ),
        None => failure(Code::Unavailable, format!("lost the connection to {url}: {error}")),
    }
}

fn connect_timed_out(url: &str, limit: Duration) -> Failure {
    failure(Code::Unavailable, format!("connecting to {url} took longer than {limit:?}"))
}

fn failure(code: Code, message: String) -> Failure {
    Failure::Final(SendError::status(code, message))
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
