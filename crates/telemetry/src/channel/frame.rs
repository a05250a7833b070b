//! gRPC's framing of one message: a flag byte, four length bytes, the message. It knows neither
//! HTTP heads nor what the message means.

use std::io::Cursor;

use bytes::buf::Chain;
use bytes::{Buf, Bytes, BytesMut};

const PREFIX: usize = 5;

/// Most bytes of a message, which with its prefix must fit the largest window of HTTP/2.
pub(super) const LARGEST: usize = i32::MAX as usize - PREFIX;

/// One message behind its prefix, for a single DATA frame where it fits one; nothing is copied.
pub(super) type Message = Chain<Cursor<[u8; PREFIX]>, Bytes>;

/// Frames `message`, which is at most [`LARGEST`] bytes.
pub(super) fn message(message: Bytes) -> Message {
    let [a, b, c, d] = u32::try_from(message.len()).unwrap_or(u32::MAX).to_be_bytes();
    Cursor::new([0, a, b, c, d]).chain(message)
}

/// What is wrong with the framing of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum FrameError {
    #[error("a reply of {announced} bytes, more than the {limit} read")]
    TooLarge { announced: usize, limit: usize },
    #[error("a compressed reply, which was not asked for")]
    Compressed,
    #[error("more than one reply")]
    Excess,
    #[error("no reply")]
    Missing,
    #[error("a reply cut off after {read} of {announced} bytes")]
    CutOff { read: usize, announced: usize },
}

/// Collects the one message of a reply, never holding more than the limit.
pub(super) struct Collector {
    limit: usize,
    read: BytesMut,
}

impl Collector {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, read: BytesMut::new() }
    }

    /// Takes the next piece of the body.
    pub(super) fn push(&mut self, data: &[u8]) -> Result<(), FrameError> {
        let prefix_missing = PREFIX.saturating_sub(self.read.len()).min(data.len());
        let (prefix, rest) = data.split_at(prefix_missing);
        self.read.extend_from_slice(prefix);
        let Some((flag, announced)) = self.prefix() else { return Ok(()) };
        if announced > self.limit {
            return Err(FrameError::TooLarge { announced, limit: self.limit });
        }
        if flag != 0 {
            return Err(FrameError::Compressed);
        }
        if self.read.len() - PREFIX + rest.len() > announced {
            return Err(FrameError::Excess);
        }
        self.read.extend_from_slice(rest);
        Ok(())
    }

    /// The message, once the body ended.
    pub(super) fn finish(mut self) -> Result<Bytes, FrameError> {
        if self.read.is_empty() {
            return Err(FrameError::Missing);
        }
        let Some((_, announced)) = self.prefix() else {
            return Err(FrameError::CutOff { read: 0, announced: 0 });
        };
        let read = self.read.len() - PREFIX;
        if read < announced {
            return Err(FrameError::CutOff { read, announced });
        }
        self.read.advance(PREFIX);
        Ok(self.read.freeze())
    }

    fn prefix(&self) -> Option<(u8, usize)> {
        let [flag, a, b, c, d] = *self.read.first_chunk::<PREFIX>()?;
        Some((flag, u32::from_be_bytes([a, b, c, d]) as usize))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wire(message: Bytes) -> Bytes {
        let mut framed = super::message(message);
        framed.copy_to_bytes(framed.remaining())
    }

    fn collect(wire: &[u8], piece: usize, limit: usize) -> Result<Bytes, FrameError> {
        let mut collector = Collector::new(limit);
        for piece in wire.chunks(piece) {
            collector.push(piece)?;
        }
        collector.finish()
    }

    proptest! {
        #[test]
        fn any_message_in_any_pieces(message in prop::collection::vec(any::<u8>(), 0..20_000), piece in 1usize..5_000) {
            let message = Bytes::from(message);
            prop_assert_eq!(collect(&wire(message.clone()), piece, 20_000), Ok(message));
        }

        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..50), piece in 1usize..9) {
            if let Ok(message) = collect(&bytes, piece, 40) {
                prop_assert_eq!(&bytes[PREFIX..], &message[..]);
            }
        }
    }

    #[test]
    fn faults() {
        let at = |wire: &[u8]| collect(wire, 3, 10).unwrap_err();
        assert_eq!(at(b""), FrameError::Missing);
        assert_eq!(at(b"\0\0"), FrameError::CutOff { read: 0, announced: 0 });
        assert_eq!(at(b"\0\0\0\0\x05abc"), FrameError::CutOff { read: 3, announced: 5 });
        assert_eq!(at(b"\0\0\0\0\x01ab"), FrameError::Excess);
        assert_eq!(at(b"\x01\0\0\0\x01a"), FrameError::Compressed);
        assert_eq!(at(b"\0\0\0\0\x0ba"), FrameError::TooLarge { announced: 11, limit: 10 });
    }
}
