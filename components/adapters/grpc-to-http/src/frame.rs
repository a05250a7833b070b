//! The frames of gRPC: one byte of flags, four of length, then the message. Knows nothing of how
//! the bytes travel.

use crate::failure::Failure;
use crate::status::Code;

/// Bytes before the message.
const PREFIX: usize = 5;

/// What goes before a message that is not compressed.
pub(crate) fn prefix(message: &[u8]) -> Result<[u8; PREFIX], Failure> {
    let length = u32::try_from(message.len())
        .map_err(|_| Failure::new(Code::ResourceExhausted, "the message exceeds 4 GiB"))?;
    let [a, b, c, d] = length.to_be_bytes();
    Ok([0, a, b, c, d])
}

/// The one message of a unary answer.
pub(crate) fn single(body: &[u8]) -> Result<&[u8], Failure> {
    let internal = |message: &str| Failure::new(Code::Internal, message);
    let Some(([flags, length @ ..], rest)) = body.split_first_chunk::<PREFIX>() else {
        return Err(internal(if body.is_empty() {
            "the reply has grpc-status 0 but no message"
        } else {
            "the reply ends inside a frame"
        }));
    };
    if *flags != 0 {
        return Err(internal("the reply is compressed, though only identity was accepted"));
    }
    let length = u64::from(u32::from_be_bytes(*length));
    match u64::try_from(rest.len()).map(|there| there.cmp(&length)) {
        Ok(std::cmp::Ordering::Equal) => Ok(rest),
        Ok(std::cmp::Ordering::Greater) => Err(internal("the reply has more than one message")),
        _ => Err(internal("the reply ends inside a frame")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refused(body: &[u8], reason: &str) {
        let failure = single(body).unwrap_err();
        assert_eq!(failure.code, Code::Internal);
        assert!(failure.message.contains(reason), "{failure}");
    }

    #[test]
    fn length_is_big_endian() {
        assert_eq!(prefix(&[7; 258]).unwrap(), [0, 0, 0, 1, 2]);
        assert_eq!(prefix(&[]).unwrap(), [0; 5]);
    }

    #[test]
    fn one_whole_plain_message_is_taken() {
        assert_eq!(single(&[0, 0, 0, 0, 2, 8, 9]).unwrap(), [8, 9]);
        assert_eq!(single(&[0, 0, 0, 0, 0]).unwrap(), [0; 0]);
    }

    #[test]
    fn everything_else_is_refused() {
        refused(&[], "no message");
        refused(&[0, 0, 0], "inside a frame");
        refused(&[0, 0, 0, 0, 3, 8, 9], "inside a frame");
        refused(&[0, 0, 0, 0, 1, 8, 9], "more than one");
        refused(&[1, 0, 0, 0, 1, 8], "compressed");
    }

    proptest! {
        #[test]
        fn what_is_framed_is_found_again(message: Vec<u8>) {
            let mut body = prefix(&message).unwrap().to_vec();
            body.extend_from_slice(&message);
            prop_assert_eq!(single(&body).unwrap(), &message[..]);
        }
    }
}
