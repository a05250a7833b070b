//! Answers on standard output. It knows nothing of what is answered.

use std::io::{self, ErrorKind, Write};

use super::Exit;

/// Writes a text and a newline and ends as `exit` says. A reader that has gone wants no more, which
/// is no mistake; any other failure turns success into a problem.
pub(super) fn print(text: &str, exit: Exit) -> Exit {
    let mut out = io::stdout().lock();
    let text = text.trim_end_matches('\n');
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            eprintln!("error: standard output cannot be written: {error}");
            if exit == Exit::Ok { Exit::Problems } else { exit }
        }
        _ => exit,
    }
}
