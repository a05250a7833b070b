//! The forms text can have in a manifest, by what the text is for. They say what is wrong with a
//! text, not where it stands.

mod amount;
mod name;
mod network;
mod source;

use super::Form;

pub(super) use amount::{MEMORY, MESSAGE_BYTES, TIMEOUT};
pub(super) use name::*;
pub(super) use network::{
    ALLOWED_ADDRESS, ALLOWED_HOST, ENDPOINT, GRPC_METHOD, HEADER_NAME, HEADER_VALUE, ROUTE_PATH,
};
pub(super) use source::{BUILTIN, DIGEST, DIRECTORY, FILE, IMAGE, URL};

type Verdict = Result<(), String>;

fn verdict(good: bool, wrong: &str) -> Verdict {
    if good { Ok(()) } else { Err(wrong.to_owned()) }
}

const fn form(
    code: &'static str,
    max: usize,
    check: fn(&str) -> Verdict,
    expected: &'static str,
    fix: &'static str,
) -> Form {
    Form { code, expected, fix, max, check, pattern: None }
}

impl Form {
    const fn like(mut self, pattern: &'static str) -> Self {
        self.pattern = Some(pattern);
        self
    }
}

fn made_of(text: &str, beside: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || beside.contains(c))
}

fn word(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// Values that a component reads: any text but NUL.
pub(super) static VALUE: Form = form(
    "bad-text",
    32 * 1024,
    |text| verdict(!text.contains('\0'), "holds a NUL character"),
    "text without a NUL character",
    "write text here",
);
