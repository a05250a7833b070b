//! One unary call over `wasi:http`: request → body in pieces → answer, all before one deadline.
//! Knows nothing of what the answer means.

mod error;
mod receive;
mod transmit;
mod wait;

use crate::failure::Failure;
use crate::frame;
use crate::reply;
use crate::settings::Settings;
use wait::Deadline;

/// Calls `method` with one message and returns the message of a successful answer.
pub(crate) fn unary(settings: &Settings, method: &str, message: &[u8]) -> Result<Vec<u8>, Failure> {
    exchange(settings, method, message).map_err(|failure| failure.at(&settings.server))
}

fn exchange(settings: &Settings, method: &str, message: &[u8]) -> Result<Vec<u8>, Failure> {
    let deadline = Deadline::after(settings.timeout);
    let prefix = frame::prefix(message)?;
    let (response, body) = transmit::start(settings, method)?;
    // A server may refuse a request before it has read all of it. Then writing fails, and what
    // the server says is worth more than that it stopped listening.
    let written = transmit::write(body, &[&prefix, message], deadline);
    let answer = receive::answer(&response, deadline)?;
    let message = reply::message(answer)?;
    written?;
    Ok(message)
}
