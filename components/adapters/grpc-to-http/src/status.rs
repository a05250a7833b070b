//! gRPC status codes: their names, and what HTTP statuses mean where a gRPC status is missing.
//! Knows nothing of transport.

/// A gRPC status other than OK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    Cancelled,
    Unknown,
    InvalidArgument,
    DeadlineExceeded,
    NotFound,
    AlreadyExists,
    PermissionDenied,
    ResourceExhausted,
    FailedPrecondition,
    Aborted,
    OutOfRange,
    Unimplemented,
    Internal,
    Unavailable,
    DataLoss,
    Unauthenticated,
}

/// In the order of their numbers, from 1.
const CODES: [(Code, &str); 16] = [
    (Code::Cancelled, "CANCELLED"),
    (Code::Unknown, "UNKNOWN"),
    (Code::InvalidArgument, "INVALID_ARGUMENT"),
    (Code::DeadlineExceeded, "DEADLINE_EXCEEDED"),
    (Code::NotFound, "NOT_FOUND"),
    (Code::AlreadyExists, "ALREADY_EXISTS"),
    (Code::PermissionDenied, "PERMISSION_DENIED"),
    (Code::ResourceExhausted, "RESOURCE_EXHAUSTED"),
    (Code::FailedPrecondition, "FAILED_PRECONDITION"),
    (Code::Aborted, "ABORTED"),
    (Code::OutOfRange, "OUT_OF_RANGE"),
    (Code::Unimplemented, "UNIMPLEMENTED"),
    (Code::Internal, "INTERNAL"),
    (Code::Unavailable, "UNAVAILABLE"),
    (Code::DataLoss, "DATA_LOSS"),
    (Code::Unauthenticated, "UNAUTHENTICATED"),
];

impl Code {
    pub(crate) fn name(self) -> &'static str {
        CODES.iter().find(|(code, _)| *code == self).map_or("UNKNOWN", |(_, name)| name)
    }

    /// The code of a number above 0; numbers that nobody has defined are UNKNOWN.
    pub(crate) fn of_number(number: u32) -> Self {
        let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        place.and_then(|place| CODES.get(place)).map_or(Self::Unknown, |(code, _)| *code)
    }

    /// The code for an answer that has an HTTP status but no gRPC status.
    pub(crate) fn of_http(status: u16) -> Self {
        match status {
            400 => Self::Internal,
            401 => Self::Unauthenticated,
            403 => Self::PermissionDenied,
            404 => Self::Unimplemented,
            429 | 502 | 503 | 504 => Self::Unavailable,
            _ => Self::Unknown,
        }
    }
}

/// Decodes the percent-encoding of `grpc-message`. Broken escapes stay as they are, and bytes that
/// are not UTF-8 are replaced: an odd message is better than none.
pub(crate) fn decode_message(value: &[u8]) -> String {
    let mut text = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((&byte, after)) = rest.split_first() {
        match (byte, after) {
            (b'%', [high, low, after @ ..])
                if let (Some(high), Some(low)) = (hex(*high), hex(*low)) =>
            {
                text.push(high << 4 | low);
                rest = after;
            }
            _ => {
                text.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&text).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_have_the_names_of_the_specification() {
        let names: Vec<_> = (1..=17).map(|number| Code::of_number(number).name()).collect();
        assert_eq!(names[7], "RESOURCE_EXHAUSTED");
        assert_eq!(names[12], "INTERNAL");
        assert_eq!(names[13], "UNAVAILABLE");
        assert_eq!(names[15], "UNAUTHENTICATED");
        assert_eq!(names[16], "UNKNOWN");
        assert_eq!(Code::of_number(0).name(), "UNKNOWN");
        assert_eq!(Code::of_number(u32::MAX).name(), "UNKNOWN");
    }

    #[test]
    fn http_statuses_map_as_specified() {
        let cases = [
            (400, "INTERNAL"),
            (401, "UNAUTHENTICATED"),
            (403, "PERMISSION_DENIED"),
            (404, "UNIMPLEMENTED"),
            (429, "UNAVAILABLE"),
            (502, "UNAVAILABLE"),
            (503, "UNAVAILABLE"),
            (504, "UNAVAILABLE"),
            (200, "UNKNOWN"),
            (500, "UNKNOWN"),
        ];
        for (status, name) in cases {
            assert_eq!(Code::of_http(status).name(), name, "{status}");
        }
    }

    #[test]
    fn messages_are_percent_decoded() {
        assert_eq!(decode_message(b"plain"), "plain");
        assert_eq!(decode_message(b"gr%C3%BCn%20%25"), "grün %");
        assert_eq!(decode_message(b"100% sure %zz %4"), "100% sure %zz %4");
        assert_eq!(decode_message(b"%ff!"), "\u{fffd}!");
        assert_eq!(decode_message(b""), "");
    }

    proptest! {
        #[test]
        fn any_text_survives_the_encoding(text in ".*") {
            let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
            prop_assert_eq!(decode_message(encoded.as_bytes()), text);
        }

        #[test]
        fn any_bytes_are_decoded_without_a_panic(bytes: Vec<u8>) {
            decode_message(&bytes);
        }
    }
}
