//! Looks into the reply of an OTLP export for records that were refused. Knows just the two fields
//! that say so, which are the same for logs, traces and metrics.

/// The methods whose replies are known.
const EXPORTS: [&str; 3] = [
    "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
    "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
    "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
];

/// Field `partial_success` of a reply, then fields `rejected_…` and `error_message` within it.
const PARTIAL_SUCCESS: u64 = 1;
const REJECTED: u64 = 1;
const ERROR_MESSAGE: u64 = 2;

/// An error if the reply says that records were refused, or if an export's reply is unreadable.
pub(crate) fn check(method: &str, reply: &[u8]) -> Result<(), String> {
    if !EXPORTS.contains(&method) {
        return Ok(());
    }
    let Some((rejected, message)) = read(reply) else {
        return Err("INTERNAL: the reply is not an OTLP export response".to_owned());
    };
    match rejected {
        0 => Ok(()),
        1.. => Err(format!("partial_success: rejected={rejected}; {message}")),
        _ => Err(format!("INTERNAL: the reply counts {rejected} rejected records")),
    }
}

/// The number and the reason; none if the bytes are not protobuf.
fn read(reply: &[u8]) -> Option<(i64, String)> {
    let mut rejected = 0;
    let mut message = String::new();
    let mut reply = reply;
    while !reply.is_empty() {
        if let (PARTIAL_SUCCESS, Value::Bytes(mut inner)) = field(&mut reply)? {
            while !inner.is_empty() {
                match field(&mut inner)? {
                    (REJECTED, Value::Varint(number)) => rejected = number.cast_signed(),
                    (ERROR_MESSAGE, Value::Bytes(text)) => {
                        message = String::from_utf8_lossy(text).into_owned();
                    }
                    _ => {}
                }
            }
        }
    }
    Some((rejected, message))
}

enum Value<'a> {
    Varint(u64),
    Bytes(&'a [u8]),
    Fixed,
}

/// Takes one field off the front: its number and value.
fn field<'a>(bytes: &mut &'a [u8]) -> Option<(u64, Value<'a>)> {
    let tag = varint(bytes)?;
    let value = match tag & 7 {
        0 => Value::Varint(varint(bytes)?),
        1 => take(bytes, 8).map(|_| Value::Fixed)?,
        2 => {
            let length = usize::try_from(varint(bytes)?).ok()?;
            Value::Bytes(take(bytes, length)?)
        }
        5 => take(bytes, 4).map(|_| Value::Fixed)?,
        _ => return None,
    };
    Some((tag >> 3, value))
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LOGS: &str = EXPORTS[0];

    #[test]
    fn an_empty_reply_took_everything() {
        assert_eq!(check(LOGS, &[]), Ok(()));
        assert_eq!(check(LOGS, &[0x0a, 0]), Ok(()));
    }

    #[test]
    fn refused_records_are_told() {
        let reply = [&[0x0a, 8, 0x08, 0xac, 0x02, 0x12, 3][..], b"bad"].concat();
        assert_eq!(check(LOGS, &reply), Err("partial_success: rejected=300; bad".to_owned()));
    }

    #[test]
    fn a_warning_without_refused_records_is_success() {
        let reply = [&[0x0a, 6, 0x12, 4][..], b"slow"].concat();
        assert_eq!(check(LOGS, &reply), Ok(()));
    }

    #[test]
    fn a_negative_number_is_no_success() {
        let number = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        let reply = [&[0x0a, 11, 0x08][..], &number].concat();
        assert_eq!(
            check(LOGS, &reply),
            Err("INTERNAL: the reply counts -1 rejected records".to_owned())
        );
    }

    #[test]
    fn unknown_fields_are_passed_over() {
        let reply = [0x10, 1, 0x1d, 1, 2, 3, 4, 0x0a, 4, 0x08, 1, 0x18, 9];
        assert_eq!(check(LOGS, &reply), Err("partial_success: rejected=1; ".to_owned()));
    }

    #[test]
    fn an_unreadable_reply_is_an_error_of_exports_alone() {
        assert!(check(LOGS, &[0x0a, 9]).unwrap_err().starts_with("INTERNAL: "));
        assert_eq!(check("/other.Service/Call", &[0x0a, 9]), Ok(()));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(reply: Vec<u8>) {
            let _ = check(LOGS, &reply);
        }
    }
}
