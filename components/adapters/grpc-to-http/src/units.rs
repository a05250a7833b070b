//! Quantities (`4Mi`) and durations (`1m30s`) in the forms that Kubernetes knows, whole numbers
//! only. Knows nothing of what they are for.

use std::time::Duration;

const QUANTITIES: [(&str, u64); 7] = [
    ("Ki", 1 << 10),
    ("Mi", 1 << 20),
    ("Gi", 1 << 30),
    ("k", 1_000),
    ("M", 1_000_000),
    ("G", 1_000_000_000),
    ("", 1),
];

/// A number of bytes, none if the text is not a quantity or is out of range.
pub(crate) fn quantity(text: &str) -> Option<u64> {
    let (digits, unit) = split(text)?;
    let factor = QUANTITIES.iter().find(|(name, _)| *name == unit)?.1;
    digits.checked_mul(factor)
}

/// A span of time, none if the text is not a duration or is out of range.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = Duration::ZERO;
    loop {
        let (count, after) = split(rest)?;
        let end = after.find(|character: char| character.is_ascii_digit()).unwrap_or(after.len());
        let (unit, next) = after.split_at_checked(end)?;
        let milliseconds = match unit {
            "h" => 3_600_000,
            "m" => 60_000,
            "s" => 1_000,
            "ms" => 1,
            _ => return None,
        };
        let part = Duration::from_millis(count.checked_mul(milliseconds)?);
        total = total.checked_add(part)?;
        if next.is_empty() {
            return Some(total);
        }
        rest = next;
    }
}

/// Splits leading digits off.
fn split(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    Some((digits.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities() {
        let cases = [
            ("0", Some(0)),
            ("4096", Some(4096)),
            ("4Mi", Some(4 << 20)),
            ("64Ki", Some(65_536)),
            ("1G", Some(1_000_000_000)),
            ("", None),
            ("Mi", None),
            ("4MB", None),
            ("-1", None),
            ("1.5Mi", None),
            ("99999999999Gi", None),
        ];
        for (text, expected) in cases {
            assert_eq!(quantity(text), expected, "{text}");
        }
    }

    #[test]
    fn durations() {
        let cases = [
            ("10s", Some(10_000)),
            ("500ms", Some(500)),
            ("1m30s", Some(90_000)),
            ("2h", Some(7_200_000)),
            ("", None),
            ("10", None),
            ("s", None),
            ("1d", None),
            ("1s ", None),
            ("18446744073709551615h", None),
        ];
        for (text, expected) in cases {
            assert_eq!(duration(text), expected.map(Duration::from_millis), "{text}");
        }
    }
}
