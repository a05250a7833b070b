//! What the errors of `wasi:http` and `wasi:io` mean as gRPC statuses. Knows nothing of calls.

use crate::bindings::http::{self, ErrorCode};
use crate::bindings::streams::StreamError;
use crate::failure::Failure;
use crate::status::Code;

/// The failure behind an error of the HTTP client.
pub(crate) fn of_http(error: &ErrorCode) -> Failure {
    let code = match error {
        ErrorCode::DnsTimeout
        | ErrorCode::DnsError(_)
        | ErrorCode::DestinationNotFound
        | ErrorCode::DestinationUnavailable
        | ErrorCode::DestinationIpUnroutable
        | ErrorCode::ConnectionRefused
        | ErrorCode::ConnectionTerminated
        | ErrorCode::ConnectionTimeout
        | ErrorCode::ConnectionLimitReached
        | ErrorCode::TlsProtocolError
        | ErrorCode::TlsCertificateError
        | ErrorCode::TlsAlertReceived(_)
        | ErrorCode::HttpResponseIncomplete => Code::Unavailable,
        ErrorCode::ConnectionReadTimeout
        | ErrorCode::ConnectionWriteTimeout
        | ErrorCode::HttpResponseTimeout => Code::DeadlineExceeded,
        ErrorCode::DestinationIpProhibited | ErrorCode::HttpRequestDenied => Code::PermissionDenied,
        ErrorCode::HttpRequestBodySize(_)
        | ErrorCode::HttpRequestHeaderSectionSize(_)
        | ErrorCode::HttpRequestHeaderSize(_)
        | ErrorCode::HttpResponseBodySize(_)
        | ErrorCode::HttpResponseHeaderSectionSize(_)
        | ErrorCode::HttpResponseHeaderSize(_)
        | ErrorCode::HttpResponseTrailerSectionSize(_)
        | ErrorCode::HttpResponseTrailerSize(_) => Code::ResourceExhausted,
        _ => Code::Internal,
    };
    Failure::new(code, text(error))
}

/// The failure behind an error of a body's stream.
pub(crate) fn of_stream(error: &StreamError) -> Failure {
    match error {
        StreamError::Closed => Failure::new(Code::Unavailable, "the connection was closed"),
        StreamError::LastOperationFailed(error) => match http::http_error_code(error) {
            Some(code) => of_http(&code),
            None => Failure::new(Code::Unavailable, error.to_debug_string()),
        },
    }
}

fn text(error: &ErrorCode) -> String {
    match error {
        ErrorCode::ConnectionRefused => "connection refused".to_owned(),
        ErrorCode::ConnectionTerminated => "connection closed by the server".to_owned(),
        ErrorCode::HttpResponseIncomplete => "the answer broke off before its end".to_owned(),
        ErrorCode::HttpProtocolError => {
            "the stream was reset, or the answer is not HTTP/2 as gRPC needs it".to_owned()
        }
        ErrorCode::DestinationUnavailable => "the server does not take the call now".to_owned(),
        ErrorCode::ConnectionTimeout => "no connection in time".to_owned(),
        ErrorCode::DnsError(_) | ErrorCode::DnsTimeout => "host name not resolved".to_owned(),
        ErrorCode::HttpRequestDenied => "the host does not allow this destination".to_owned(),
        ErrorCode::InternalError(Some(text)) => text.clone(),
        // The names of the specification, as Rust writes them.
        other => format!("{other:?}"),
    }
}
