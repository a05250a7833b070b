//! What went wrong, in the words of `wasi:http`. Looks for causes by type along the chain of
//! sources, never by text. Knows nothing of requests.

use std::error::Error as StdError;
use std::io::{self, ErrorKind};

use hyper_util::client::legacy;
use wasmtime_wasi_http::Error;
use wasmtime_wasi_http::p2::bindings::http::types::ErrorCode;

use super::resolve::ResolveError;

/// A request that got no response.
pub(super) fn of_request(error: &legacy::Error) -> Error {
    let known = if error.is_connect() { of_connect(error) } else { of_exchange(error) };
    known.unwrap_or_else(|| Error::InternalError(Some(chain(error))))
}

/// A response that broke off.
pub(super) fn of_response(error: &hyper::Error) -> Error {
    match of_exchange(error) {
        // The head of the response was there, so the connection did its work.
        Some(Error::ConnectionTerminated) => Error::HttpResponseIncomplete,
        Some(known) => known,
        None => Error::InternalError(Some(chain(error))),
    }
}

fn of_connect(error: Cause<'_>) -> Option<Error> {
    if let Some(error) = find::<ResolveError>(error) {
        return Some(of_resolve(error));
    }
    if let Some(error) = find::<rustls::Error>(error) {
        return Some(of_tls(error));
    }
    if find::<hyper::Error>(error).is_some() {
        return of_exchange(error);
    }
    find_io(error).map(|error| match error.kind() {
        ErrorKind::ConnectionRefused => Error::ConnectionRefused,
        ErrorKind::TimedOut => Error::ConnectionTimeout,
        ErrorKind::NetworkUnreachable | ErrorKind::AddrNotAvailable => {
            Error::DestinationIpUnroutable
        }
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::UnexpectedEof => {
            Error::ConnectionTerminated
        }
        _ => Error::DestinationUnavailable,
    })
}

fn of_resolve(error: &ResolveError) -> Error {
    match error {
        ResolveError::Timeout => Error::DnsTimeout,
        ResolveError::Lookup(error) => {
            Error::DnsError { rcode: Some(error.to_string()), info_code: None }
        }
        ResolveError::Empty => Error::DestinationNotFound,
        ResolveError::Prohibited => Error::DestinationIpProhibited,
    }
}

fn of_tls(error: &rustls::Error) -> Error {
    match error {
        rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented => {
            Error::TlsCertificateError
        }
        rustls::Error::AlertReceived(alert) => Error::TlsAlertReceived {
            alert_id: Some(u8::from(*alert)),
            alert_message: Some(format!("{alert:?}")),
        },
        _ => Error::TlsProtocolError,
    }
}

fn of_exchange(error: Cause<'_>) -> Option<Error> {
    if let Some(error) = find::<h2::Error>(error) {
        return Some(match error.reason() {
            Some(reason) => of_reason(reason),
            None if error.is_io() => Error::ConnectionTerminated,
            None => Error::HttpProtocolError,
        });
    }
    if let Some(error) = find_io(error) {
        return Some(match error.kind() {
            ErrorKind::TimedOut => Error::ConnectionReadTimeout,
            _ => Error::ConnectionTerminated,
        });
    }
    find::<hyper::Error>(error).and_then(of_hyper)
}

fn of_hyper(error: &hyper::Error) -> Option<Error> {
    if error.is_timeout() {
        Some(Error::ConnectionReadTimeout)
    } else if error.is_parse_too_large() {
        Some(Error::HttpResponseHeaderSectionSize(None))
    } else if error.is_incomplete_message() || error.is_closed() || error.is_canceled() {
        Some(Error::ConnectionTerminated)
    } else if error.is_parse() || error.is_user() {
        // A user error is a request body that the guest broke off.
        Some(Error::HttpProtocolError)
    } else {
        None
    }
}

/// The code for an error of a response's body, as `http-error-code` tells it to the guest.
pub(super) fn code(error: &Error) -> ErrorCode {
    match error {
        Error::HttpResponseIncomplete => ErrorCode::HttpResponseIncomplete,
        Error::ConnectionReadTimeout => ErrorCode::ConnectionReadTimeout,
        Error::ConnectionTerminated => ErrorCode::ConnectionTerminated,
        Error::ConnectionLimitReached => ErrorCode::ConnectionLimitReached,
        Error::DestinationUnavailable => ErrorCode::DestinationUnavailable,
        Error::TlsProtocolError => ErrorCode::TlsProtocolError,
        Error::HttpProtocolError => ErrorCode::HttpProtocolError,
        other => ErrorCode::InternalError(Some(other.to_string())),
    }
}

/// `wasi:http` has no words for HTTP/2 reset codes; these are the nearest in meaning, the ones that
/// may be tried again apart from the ones that may not.
fn of_reason(reason: h2::Reason) -> Error {
    match reason {
        h2::Reason::REFUSED_STREAM => Error::DestinationUnavailable,
        h2::Reason::ENHANCE_YOUR_CALM => Error::ConnectionLimitReached,
        h2::Reason::INADEQUATE_SECURITY => Error::TlsProtocolError,
        h2::Reason::NO_ERROR
        | h2::Reason::CANCEL
        | h2::Reason::STREAM_CLOSED
        | h2::Reason::CONNECT_ERROR => Error::ConnectionTerminated,
        _ => Error::HttpProtocolError,
    }
}

type Cause<'a> = &'a (dyn StdError + 'static);

/// The first cause of a type.
fn find<E: StdError + 'static>(error: Cause<'_>) -> Option<&E> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

/// The innermost one: those around it only repeat it, with a kind that says nothing.
fn find_io(error: Cause<'_>) -> Option<&io::Error> {
    causes(error).filter_map(|cause| cause.downcast_ref()).last()
}

/// The error and its causes. An `io::Error` hides what it wraps from `source`, so it is opened.
fn causes(error: Cause<'_>) -> impl Iterator<Item = Cause<'_>> {
    std::iter::successors(Some(error), |&error| {
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        wrapped.map(|inner| inner as Cause<'_>).or_else(|| error.source())
    })
}

fn chain(error: Cause<'_>) -> String {
    causes(error).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
