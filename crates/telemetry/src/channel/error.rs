//! Why a message counts as not delivered. The text starts with a stable word; it does not know
//! which component sent the message.

use super::code::Code;

/// A message that was not acknowledged, as `CODE: message`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// A gRPC status, from the other side or, where it gave none, what its behaviour amounts to.
    #[error("{code}: {message}")]
    Status { code: Code, message: String },
    /// Refused before it was sent.
    #[error("too_large: the message has {size} bytes, more than the {limit} allowed to {url}")]
    TooLarge { size: usize, limit: usize, url: String },
    /// There is no such way to send. `expected` says what would do.
    #[error("unknown_route: `{route}`; expected {expected}")]
    UnknownRoute { route: String, expected: String },
    /// Some of the records were refused, and must not be sent again.
    #[error("partial_success: rejected={rejected}; {message}")]
    PartialSuccess { rejected: u64, message: String },
}

impl SendError {
    pub(super) fn status(code: Code, message: impl Into<String>) -> Self {
        Self::Status { code, message: message.into() }
    }

    /// The word before the colon.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Status { code, .. } => code.as_str(),
            Self::TooLarge { .. } => "too_large",
            Self::UnknownRoute { .. } => "unknown_route",
            Self::PartialSuccess { .. } => "partial_success",
        }
    }
}
