//! Standard output and error of components: whole lines to the node's own standard error, each
//! marked with its component, so that results on standard output stay clean. It does not know what
//! the node itself logs.

use std::io::Write;
use std::sync::Arc;

use bytes::Bytes;
use wasmtime_wasi_io::poll::Pollable;
use wasmtime_wasi_io::streams::{OutputStream, StreamResult};

use super::cli::Environment;
use crate::plain::plain;

/// A line longer than this is broken.
const LINE: usize = 16 << 10;

/// How lines of components look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// `[COMPONENT stdout] line`
    #[default]
    Marked,
    /// A log line of the node, for logs that programs read.
    Logged,
}

/// One stream of one component.
pub(super) struct Lines {
    environment: Arc<Environment>,
    stream: &'static str,
    pending: Vec<u8>,
}

impl Lines {
    pub(super) fn new(environment: Arc<Environment>, stream: &'static str) -> Self {
        Self { environment, stream, pending: Vec::new() }
    }

    /// The lines that are complete now.
    fn take(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        for piece in bytes.split_inclusive(|b| *b == b'\n') {
            self.pending.extend_from_slice(piece);
            if piece.ends_with(b"\n") || self.pending.len() >= LINE {
                lines.push(self.finish());
            }
        }
        lines
    }

    /// The pending line as far as its characters are whole; the rest stays.
    fn finish(&mut self) -> String {
        let rest = self.pending.split_off(whole(&self.pending));
        let line = std::mem::replace(&mut self.pending, rest);
        let text = String::from_utf8_lossy(&line);
        let text = text.strip_suffix('\n').unwrap_or(&text);
        plain(text.strip_suffix('\r').unwrap_or(text))
    }

    fn say(&self, line: &str) {
        let (component, stream) = (&self.environment.component, self.stream);
        match self.environment.style {
            Style::Logged => tracing::info!(target: "component", component, stream, "{line}"),
            Style::Marked => {
                let line = format!("[{component} {stream}] {line}\n");
                // A closed standard error must not end the guest: there is nobody left to tell.
                let _ = std::io::stderr().lock().write_all(line.as_bytes());
            }
        }
    }
}

/// The length without a character that has only begun.
fn whole(bytes: &[u8]) -> usize {
    for (after, byte) in bytes.iter().rev().take(3).enumerate() {
        match byte.leading_ones() as usize {
            // Inside a character.
            1 => {}
            length if length > after + 1 => return bytes.len() - after - 1,
            _ => break,
        }
    }
    bytes.len()
}

#[wasmtime_wasi::async_trait]
impl Pollable for Lines {
    async fn ready(&mut self) {}
}

#[wasmtime_wasi::async_trait]
impl OutputStream for Lines {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        for line in self.take(&bytes) {
            self.say(&line);
        }
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(LINE)
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        // A newline also ends what is left of a broken character.
        if !self.pending.is_empty() {
            let lines = self.take(b"\n");
            lines.iter().for_each(|line| self.say(line));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines() -> Lines {
        Lines::new(Arc::default(), "stdout")
    }

    #[test]
    fn lines_are_whole() {
        let mut lines = lines();
        assert_eq!(lines.take(b"one\ntw"), ["one"]);
        assert_eq!(lines.take(b"o\r\n\nrest"), ["two", ""]);
        assert_eq!(lines.take(b"\n"), ["rest"]);
        assert!(lines.pending.is_empty());
    }

    #[test]
    fn no_line_can_be_forged() {
        let forged = lines().take(b"\x1b[2K\rerror: all is lost\x08\n");
        assert_eq!(forged, ["\\u{1b}[2K\\rerror: all is lost\\u{8}"]);
    }

    #[test]
    fn a_long_line_is_broken_between_characters() {
        for before in 0..4 {
            let text = "x".repeat(before) + &"🚀".repeat(LINE / 2) + "é\n";
            let mut lines = lines();
            let mut got = Vec::new();
            for piece in text.as_bytes().chunks(1000) {
                got.extend(lines.take(piece));
            }
            assert!(got.len() > 1 && got.iter().all(|line| line.len() <= LINE + 1000));
            assert_eq!(got.concat() + "\n", text);
        }
        // What is no character at all is not waited for.
        let mut lines = lines();
        assert_eq!(lines.take(&[0x80; LINE]).concat().chars().count(), LINE);
        assert_eq!(lines.take(b"\xf0\n"), ["\u{fffd}"]);
    }
}
