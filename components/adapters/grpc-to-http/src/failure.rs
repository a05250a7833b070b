//! The error text of `send`: `CODE: message`. Knows nothing of where failures come from.

use std::fmt;

use crate::status::Code;
use crate::url::Server;

/// Why a call did not succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) code: Code,
    pub(crate) message: String,
    /// The message is the server's own.
    said: bool,
}

impl Failure {
    /// A failure in our words, about the server or the way to it.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), said: false }
    }

    /// A failure in the words of the server.
    pub(crate) fn said(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), said: true }
    }

    /// Says which server it was, unless the server itself spoke.
    pub(crate) fn at(self, server: &Server) -> Self {
        let message = if self.said { self.message } else { format!("{server}: {}", self.message) };
        Self { message, ..self }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.name(), self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_words_need_the_address() {
        let server = Server { tls: true, authority: "a:1".to_owned() };
        let ours = Failure::new(Code::Unavailable, "connection refused").at(&server);
        assert_eq!(ours.to_string(), "UNAVAILABLE: https://a:1: connection refused");
        let theirs = Failure::said(Code::Unavailable, "try later").at(&server);
        assert_eq!(theirs.to_string(), "UNAVAILABLE: try later");
    }
}
