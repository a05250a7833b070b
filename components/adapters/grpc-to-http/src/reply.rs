//! The verdict on an answer: success only if a `grpc-status` of 0 was read. Knows nothing of how
//! the answer was received.

use crate::failure::Failure;
use crate::frame;
use crate::status::{Code, decode_message};

/// A gRPC status as it stands in headers or trailers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    pub(crate) status: Option<Vec<u8>>,
    pub(crate) message: Option<Vec<u8>>,
}

/// Everything of an answer that matters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    pub(crate) http_status: u16,
    pub(crate) content_type: Option<Vec<u8>>,
    pub(crate) headers: Said,
    pub(crate) body: Vec<u8>,
    /// None if the stream ended without trailers.
    pub(crate) trailers: Option<Said>,
}

/// The message of a successful answer.
pub(crate) fn message(answer: Answer) -> Result<Vec<u8>, Failure> {
    let Answer { http_status, content_type, headers, body, trailers } = answer;
    // An answer that is an error from the start has no body and its status in the headers.
    let said = trailers.filter(|said| said.status.is_some()).unwrap_or(headers);
    let Some(status) = said.status else {
        return Err(without_status(http_status, content_type.as_deref()));
    };
    let number = std::str::from_utf8(&status).ok().and_then(|text| text.parse::<u32>().ok());
    let text = said.message.as_deref().map(decode_message).unwrap_or_default();
    match number {
        Some(0) if http_status == 200 => Ok(frame::single(&body)?.to_vec()),
        Some(0) => Err(Failure::new(
            Code::of_http(http_status),
            format!("HTTP status {http_status} with grpc-status 0"),
        )),
        Some(number) if text.is_empty() => Err(Failure::new(
            Code::of_number(number),
            format!("grpc-status {number} without a message"),
        )),
        Some(number) => Err(Failure::said(Code::of_number(number), text)),
        None => Err(Failure::new(
            Code::Unknown,
            format!("grpc-status is not a number: {}", String::from_utf8_lossy(&status)),
        )),
    }
}

fn without_status(http_status: u16, content_type: Option<&[u8]>) -> Failure {
    if http_status != 200 {
        let message = format!("the server answered HTTP status {http_status}, no grpc-status");
        return Failure::new(Code::of_http(http_status), message);
    }
    let kind = content_type.map(String::from_utf8_lossy).unwrap_or_default();
    if kind.starts_with("application/grpc") {
        return Failure::new(Code::Unknown, "the reply ended without grpc-status");
    }
    Failure::new(
        Code::Unknown,
        format!("the server does not speak gRPC: content-type is \"{kind}\", no grpc-status"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const EMPTY_MESSAGE: [u8; 5] = [0; 5];

    fn said(status: &str, message: &str) -> Said {
        Said {
            status: Some(status.into()),
            message: Some(message.as_bytes().to_vec()).filter(|message| !message.is_empty()),
        }
    }

    fn grpc() -> Answer {
        Answer {
            http_status: 200,
            content_type: Some(b"application/grpc".to_vec()),
            ..Answer::default()
        }
    }

    fn refused(answer: Answer, text: &str) {
        assert_eq!(message(answer).unwrap_err().to_string(), text);
    }

    #[test]
    fn status_zero_in_the_trailers_is_success() {
        let answer = Answer {
            body: [&EMPTY_MESSAGE[..4], &[2, 1, 2]].concat(),
            trailers: Some(said("0", "")),
            ..grpc()
        };
        assert_eq!(message(answer).unwrap(), [1, 2]);
    }

    #[test]
    fn an_error_in_the_trailers() {
        let trailers = Some(said("8", "too%20much"));
        refused(Answer { trailers, ..grpc() }, "RESOURCE_EXHAUSTED: too much");
    }

    #[test]
    fn trailers_only() {
        refused(Answer { headers: said("14", "try later"), ..grpc() }, "UNAVAILABLE: try later");
        refused(
            Answer { headers: said("13", ""), ..grpc() },
            "INTERNAL: grpc-status 13 without a message",
        );
    }

    #[test]
    fn trailers_say_more_than_headers() {
        let answer = Answer {
            headers: said("0", ""),
            body: EMPTY_MESSAGE.to_vec(),
            trailers: Some(said("16", "who are you?")),
            ..grpc()
        };
        refused(answer, "UNAUTHENTICATED: who are you?");
    }

    #[test]
    fn no_status_is_never_success() {
        let answer = Answer { body: EMPTY_MESSAGE.to_vec(), ..grpc() };
        refused(answer, "UNKNOWN: the reply ended without grpc-status");
        let answer =
            Answer { body: EMPTY_MESSAGE.to_vec(), trailers: Some(Said::default()), ..grpc() };
        refused(answer, "UNKNOWN: the reply ended without grpc-status");
    }

    #[test]
    fn proxies_answer_with_http_statuses() {
        refused(
            Answer { http_status: 503, ..Answer::default() },
            "UNAVAILABLE: the server answered HTTP status 503, no grpc-status",
        );
        let answer = Answer {
            http_status: 200,
            content_type: Some(b"text/html".to_vec()),
            ..Answer::default()
        };
        refused(
            answer,
            "UNKNOWN: the server does not speak gRPC: content-type is \"text/html\", no grpc-status",
        );
        refused(
            Answer { http_status: 502, headers: said("0", ""), ..grpc() },
            "UNAVAILABLE: HTTP status 502 with grpc-status 0",
        );
    }

    #[test]
    fn status_zero_needs_its_message() {
        refused(
            Answer { trailers: Some(said("0", "")), ..grpc() },
            "INTERNAL: the reply has grpc-status 0 but no message",
        );
    }

    #[test]
    fn odd_statuses() {
        refused(
            Answer { headers: said("ok", ""), ..grpc() },
            "UNKNOWN: grpc-status is not a number: ok",
        );
        refused(Answer { headers: said("99", "new"), ..grpc() }, "UNKNOWN: new");
    }

    proptest! {
        #[test]
        fn success_needs_status_zero(http_status: u16, status: Option<Vec<u8>>, body: Vec<u8>) {
            let zero = status.as_deref().is_some_and(|s| s.iter().all(|b| matches!(b, b'0' | b'+')));
            let trailers = Some(Said { status, message: None });
            let answer = Answer { http_status, body, trailers, ..grpc() };
            prop_assert!(message(answer).is_err() || (zero && http_status == 200));
        }
    }
}
