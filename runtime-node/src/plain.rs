//! Text that components made, for terminals and logs: it cannot move the cursor, change colours or
//! begin a line. It does not know where the text goes.

/// The text with its control characters written out, tabs aside. A lone carriage return, which
/// would let a terminal write over what stands there, is one of them.
pub(crate) fn plain(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() && c != '\t' {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_that_a_terminal_obeys() {
        assert_eq!(plain("a\tü 🚀"), "a\tü 🚀");
        assert_eq!(
            plain("\u{1b}[31mred\r\u{7f}\u{9b}0m\nnext"),
            "\\u{1b}[31mred\\r\\u{7f}\\u{9b}0m\\nnext"
        );
    }
}
