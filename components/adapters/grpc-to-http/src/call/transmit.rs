//! Sends a request: headers, then the body in the pieces that the host asks for. Knows nothing of
//! answers.

use crate::bindings::http::{
    Fields, FutureIncomingResponse, Method, OutgoingBody, OutgoingRequest, RequestOptions, Scheme,
};
use crate::bindings::outgoing_handler;
use crate::bindings::streams::OutputStream;
use crate::call::error;
use crate::call::wait::{Deadline, nanoseconds};
use crate::failure::Failure;
use crate::settings::Settings;
use crate::status::Code;

/// Hands the request over; its body is still to be written.
pub(crate) fn start(
    settings: &Settings,
    method: &str,
) -> Result<(FutureIncomingResponse, OutgoingBody), Failure> {
    let request = request(settings, method)?;
    let body = request.body().map_err(|()| refused("body"))?;
    let options = options(settings)?;
    let response =
        outgoing_handler::handle(request, Some(options)).map_err(|code| error::of_http(&code))?;
    Ok((response, body))
}

fn request(settings: &Settings, method: &str) -> Result<OutgoingRequest, Failure> {
    let request = OutgoingRequest::new(headers(settings)?);
    let scheme = if settings.server.tls { Scheme::Https } else { Scheme::Http };
    request.set_method(&Method::Post).map_err(|()| refused("method"))?;
    request.set_scheme(Some(&scheme)).map_err(|()| refused("scheme"))?;
    request
        .set_authority(Some(&settings.server.authority))
        .map_err(|()| refused(&settings.server.authority))?;
    request.set_path_with_query(Some(method)).map_err(|()| refused(method))?;
    Ok(request)
}

fn headers(settings: &Settings) -> Result<Fields, Failure> {
    // At most eight digits are allowed; a day of milliseconds has eight.
    let timeout = settings.timeout.as_millis().clamp(1, 99_999_999);
    let entries = [
        ("content-type", "application/grpc".to_owned()),
        ("te", "trailers".to_owned()),
        ("grpc-timeout", format!("{timeout}m")),
        ("grpc-accept-encoding", "identity".to_owned()),
        (
            "user-agent",
            concat!("componentgraph-grpc-to-http/", env!("CARGO_PKG_VERSION")).to_owned(),
        ),
    ];
    let entries = entries.map(|(name, value)| (name.to_owned(), value.into_bytes()));
    Fields::from_list(&entries).map_err(|_| refused("headers"))
}

fn options(settings: &Settings) -> Result<RequestOptions, Failure> {
    let options = RequestOptions::new();
    let connect = Some(nanoseconds(settings.connect_timeout));
    // Longer than the deadline, so that it is the deadline that is missed.
    let whole = Some(nanoseconds(settings.timeout.saturating_mul(2)));
    options.set_connect_timeout(connect).map_err(|()| refused("connect timeout"))?;
    options.set_first_byte_timeout(whole).map_err(|()| refused("first byte timeout"))?;
    options.set_between_bytes_timeout(whole).map_err(|()| refused("between bytes timeout"))?;
    Ok(options)
}

/// Writes the whole body and ends it.
pub(crate) fn write(
    body: OutgoingBody,
    parts: &[&[u8]],
    deadline: Deadline,
) -> Result<(), Failure> {
    let stream = body.write().map_err(|()| refused("body"))?;
    for part in parts {
        write_part(&stream, part, deadline)?;
    }
    // The stream is a child of the body and must go first.
    drop(stream);
    OutgoingBody::finish(body, None).map_err(|code| error::of_http(&code))
}

fn write_part(stream: &OutputStream, part: &[u8], deadline: Deadline) -> Result<(), Failure> {
    let failed = |error| error::of_stream(&error);
    let mut rest = part;
    while !rest.is_empty() {
        let room = usize::try_from(stream.check_write().map_err(failed)?).unwrap_or(usize::MAX);
        let (piece, after) = rest.split_at_checked(room).unwrap_or((rest, &[]));
        if piece.is_empty() {
            deadline.wait(&stream.subscribe())?;
            continue;
        }
        stream.write(piece).map_err(failed)?;
        rest = after;
    }
    Ok(())
}

fn refused(what: &str) -> Failure {
    Failure::new(Code::Internal, format!("the host refused a request with this {what}"))
}
