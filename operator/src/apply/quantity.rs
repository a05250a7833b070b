//! Amounts as Kubernetes writes them: `0.5`, `500m` and `5e-1` are the same, and servers keep but
//! one of them. Nothing is known of what is measured.

/// Digits after the point that count; what is finer is rounded up by servers.
const DIGITS: u32 = 9;

/// Suffix, base and exponent.
const SUFFIXES: [(&str, i128, u32); 9] = [
    ("Ki", 1024, 1),
    ("Mi", 1024, 2),
    ("Gi", 1024, 3),
    ("Ti", 1024, 4),
    ("Pi", 1024, 5),
    ("Ei", 1024, 6),
    ("k", 1000, 1),
    ("M", 1000, 2),
    ("G", 1000, 3),
];

/// Larger decimal suffixes; `E` is an exponent when digits follow it.
const LARGE: [(&str, u32); 3] = [("T", 4), ("P", 5), ("E", 6)];

/// Whether both are amounts, and the same.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    match (billionths(one), billionths(other)) {
        (Some(one), Some(other)) => one == other,
        _ => false,
    }
}

fn billionths(text: &str) -> Option<i128> {
    let number_ends = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, suffix) = text.split_at_checked(number_ends)?;
    let (digits, fraction) = digits(number)?;
    let (factor, lowered) = factor(suffix)?;
    let scale = DIGITS.checked_sub(fraction.checked_add(lowered)?);
    let whole = digits.checked_mul(factor)?;
    match scale {
        Some(scale) => whole.checked_mul(10_i128.checked_pow(scale)?),
        // Finer than anything that is kept, unless the digits say nothing.
        None => {
            let over = (fraction + lowered).checked_sub(DIGITS)?;
            let divisor = 10_i128.checked_pow(over)?;
            (whole % divisor == 0).then_some(whole / divisor)
        }
    }
}

/// The number without its point, and how many digits were behind it.
fn digits(number: &str) -> Option<(i128, u32)> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{whole}{fraction}").parse().ok()?;
    Some((digits, u32::try_from(fraction.len()).ok()?))
}

/// What to multiply with, and by how many digits to lower the result.
fn factor(suffix: &str) -> Option<(i128, u32)> {
    match suffix {
        "" => return Some((1, 0)),
        "m" => return Some((1, 3)),
        "u" => return Some((1, 6)),
        "n" => return Some((1, 9)),
        _ => {}
    }
    let large = LARGE.iter().map(|(suffix, exponent)| (*suffix, 1000, *exponent));
    let mut known = SUFFIXES.into_iter().chain(large);
    if let Some((_, base, exponent)) = known.find(|(known, ..)| *known == suffix) {
        return Some((i128::pow(base, exponent), 0));
    }
    let exponent: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
    match u32::try_from(exponent) {
        Ok(up) => Some((10_i128.checked_pow(up)?, 0)),
        Err(_) => Some((1, exponent.unsigned_abs())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_amount_in_other_words() {
        for (one, other) in [
            ("0.5", "500m"),
            (".5", "500m"),
            ("5e-1", "500m"),
            ("1", "1000m"),
            ("1Gi", "1024Mi"),
            ("1.5Gi", "1536Mi"),
            ("1E", "1e18"),
            ("100u", "0.1m"),
            ("16Ei", "18446744073709551616"),
            ("-1", "-1000m"),
            ("0", "0.000"),
        ] {
            assert!(is_same(one, other), "{one} {other}");
        }
        for (one, other) in [("1", "1m"), ("1M", "1Mi"), ("a", "a"), ("", ""), ("1e99", "1e99")] {
            assert!(!is_same(one, other), "{one} {other}");
        }
    }
}
