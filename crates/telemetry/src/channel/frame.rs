//! gRPC's framing of one message: a flag byte, four length bytes, the message. It knows neither
//! HTTP heads nor what the message means.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use http_body::{Body, Frame};

const PREFIX: usize = 5;

/// Up to this size a message is copied behind its prefix, which saves a frame on the wire.
const COPY_BELOW: usize = 8 << 10;

/// One message as a request body.
pub(super) struct Message {
    parts: [Option<Bytes>; 2],
}

impl Message {
    /// `message` is at most `u32::MAX` bytes, which the channel's limit ensures.
    pub(super) fn new(message: Bytes) -> Self {
        let copied = message.len() <= COPY_BELOW;
        let mut head = BytesMut::with_capacity(PREFIX + if copied { message.len() } else { 0 });
        head.put_u8(0);
        head.put_u32(u32::try_from(message.len()).unwrap_or(u32::MAX));
        if copied {
            head.put_slice(&message);
        }
        Self { parts: [Some(head.freeze()), (!copied).then_some(message)] }
    }
}

impl Body for Message {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let part = self.parts.iter_mut().find_map(Option::take);
        Poll::Ready(part.map(|part| Ok(Frame::data(part))))
    }

    fn is_end_stream(&self) -> bool {
        self.parts.iter().all(Option::is_none)
    }
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
    use http_body_util::BodyExt;
    use proptest::prelude::*;

    use super::*;

    fn wire(message: Bytes) -> Bytes {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(Message::new(message).collect()).unwrap().to_bytes()
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
