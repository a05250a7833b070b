//! Shows values in tests so that a person can read them: the outer levels a line each, everything
//! within them on one line. Knows nothing of the values.

use std::fmt::Debug;

/// The debug form, with what is nested deeper than `levels` joined to one line.
pub(crate) fn compact(value: &impl Debug, levels: usize) -> String {
    let mut text = String::new();
    let mut was_deep = false;
    for line in format!("{value:#?}").lines() {
        let inner = line.trim_start();
        let indent = line.len() - inner.len();
        let closes = inner.starts_with([')', '}', ']']);
        // What closes a deep part stands on the level of what opened it.
        let is_deep = indent > 4 * levels || (was_deep && closes && indent == 4 * levels);
        if is_deep {
            let first = text.ends_with(['(', '{', '[']) || closes;
            text.push_str(if first { "" } else { " " });
            text.push_str(if closes { inner.trim_start() } else { inner });
        } else {
            text.push_str(if text.is_empty() { "" } else { "\n" });
            text.push_str(line);
        }
        was_deep = is_deep;
    }
    text.replace(",)", ")").replace(",}", "}").replace(",]", "]") + "\n"
}
