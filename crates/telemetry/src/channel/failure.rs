//! Turns what the transport reports into one clear sentence and a code. It reads the errors of h2,
//! rustls and sockets, which is why nothing else here has to.

use std::error::Error;
use std::io::ErrorKind;
use std::time::Duration;

use super::code::Code;
use super::dial::DialError;
use super::error::SendError;

/// A transport failure in our words.
pub(super) enum Failure {
    /// The other side certainly did not process the message, and may take it on a new connection.
    Unprocessed(SendError),
    Final(SendError),
}

/// Says why there is no connection to `url`.
pub(super) fn of_dial(error: &DialError, url: &str, limit: Duration) -> SendError {
    let message = match error {
        DialError::Http2(error) => match of_http2(error, url) {
            Failure::Unprocessed(error) | Failure::Final(error) => return error,
        },
        DialError::SlowTls => format!("the TLS handshake with {url} took longer than {limit:?}"),
        DialError::Tcp(error) => of_tcp(error.as_ref(), url, limit),
        DialError::Tls(_) | DialError::NoHttp2 => {
            let cause = innermost(error).to_string();
            // rustls tells this from other bad messages in its text alone.
            match cause.contains("InvalidContentType") {
                true => format!("{url} does not speak TLS; is it http:// instead?"),
                false => format!("cannot connect to {url}: {cause}"),
            }
        }
    };
    SendError::status(Code::Unavailable, message)
}

fn of_tcp(error: &(dyn Error + 'static), url: &str, limit: Duration) -> String {
    let cause = innermost(error);
    match cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind) {
        Some(ErrorKind::ConnectionRefused) => {
            format!("nothing listens at {url} (connection refused)")
        }
        Some(ErrorKind::TimedOut) => format!("connecting to {url} took longer than {limit:?}"),
        _ => format!("cannot connect to {url}: {cause}"),
    }
}

/// Says what an error of the connection, or of one stream, means for a message to `url`.
pub(super) fn of_http2(error: &h2::Error, url: &str) -> Failure {
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

/// The same of a connection that did not take the message to begin with.
pub(super) fn of_unsent(error: &h2::Error, url: &str) -> Failure {
    match of_http2(error, url) {
        Failure::Unprocessed(error) | Failure::Final(error) => Failure::Unprocessed(error),
    }
}

/// In one wording, since which of several errors the transport reports is a matter of timing.
pub(super) fn closed(url: &str) -> SendError {
    SendError::status(
        Code::Unavailable,
        format!("{url} closed the connection before its answer was complete"),
    )
}

fn innermost<'e>(error: &'e (dyn Error + 'static)) -> &'e (dyn Error + 'static) {
    let mut at = error;
    while let Some(source) = at.source() {
        at = source;
    }
    at
}
