//! Standard output and error of components: whole lines to the node's own standard error, each
//! marked with its component, so that results on standard output stay clean.

use std::io::Write;

use bytes::Bytes;
use wasmtime_wasi_io::poll::Pollable;
use wasmtime_wasi_io::streams::{OutputStream, StreamResult};

/// A line longer than this is broken.
const LINE: usize = 16 << 10;

/// One stream of one component.
pub(super) struct Lines {
    component: String,
    stream: &'static str,
    pending: Vec<u8>,
}

impl Lines {
    pub(super) fn new(component: String, stream: &'static str) -> Self {
        Self { component, stream, pending: Vec::new() }
    }

    fn take(&mut self, bytes: &[u8], out: &mut impl Write) -> std::io::Result<()> {
        for piece in bytes.split_inclusive(|b| *b == b'\n') {
            self.pending.extend_from_slice(piece);
            if piece.ends_with(b"\n") || self.pending.len() >= LINE {
                self.finish(out)?;
            }
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut impl Write) -> std::io::Result<()> {
        let text = String::from_utf8_lossy(&self.pending);
        writeln!(out, "[{} {}] {}", self.component, self.stream, text.trim_end_matches('\n'))?;
        self.pending.clear();
        Ok(())
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Lines {
    async fn ready(&mut self) {}
}

#[wasmtime_wasi::async_trait]
impl OutputStream for Lines {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        // A closed standard error must not end the guest: there is nobody left to tell.
        let _ = self.take(&bytes, &mut std::io::stderr().lock());
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
        if !self.pending.is_empty() {
            let _ = self.finish(&mut std::io::stderr().lock());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_marked_and_whole() {
        let mut lines = Lines::new("guest".to_owned(), "stdout");
        let mut out = Vec::new();
        lines.take(b"one\ntw", &mut out).unwrap();
        lines.take(b"o\nrest", &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "[guest stdout] one\n[guest stdout] two\n");
        lines.pending.clear();
    }
}
