//! Amounts of bytes as Kubernetes quantities. It knows nothing of which amounts make sense.

use thiserror::Error;

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum QuantityError {
    #[error("it is empty")]
    Empty,
    #[error("it does not begin with a number")]
    NoNumber,
    #[error("the suffix `{0}` is unknown")]
    Suffix(String),
    #[error("`m` means thousandths, and a byte has no parts")]
    Thousandths,
    #[error("it is not a whole number of bytes")]
    Fraction,
    #[error("it is too large")]
    TooLarge,
}

/// Parses a quantity of bytes, such as `4Mi`, `64Ki`, `500M`, `1.5Gi`, `1e6` or `4096`.
pub fn quantity(text: &str) -> Result<u64, QuantityError> {
    if text.is_empty() {
        return Err(QuantityError::Empty);
    }
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return Err(QuantityError::NoNumber);
    }
    let digits = format!("{whole}{fraction}");
    let value: u128 = digits.parse().map_err(|_| QuantityError::TooLarge)?;
    let product = value.checked_mul(multiplier(suffix)?).ok_or(QuantityError::TooLarge)?;
    let scale = u32::try_from(fraction.len())
        .ok()
        .and_then(|length| 10_u128.checked_pow(length))
        .ok_or(QuantityError::Fraction)?;
    if !product.is_multiple_of(scale) {
        return Err(QuantityError::Fraction);
    }
    u64::try_from(product / scale).map_err(|_| QuantityError::TooLarge)
}

fn multiplier(suffix: &str) -> Result<u128, QuantityError> {
    let (base, power): (u128, u32) = match suffix {
        "" => (1, 0),
        "k" => (1000, 1),
        "M" => (1000, 2),
        "G" => (1000, 3),
        "T" => (1000, 4),
        "P" => (1000, 5),
        "E" => (1000, 6),
        "Ki" => (1024, 1),
        "Mi" => (1024, 2),
        "Gi" => (1024, 3),
        "Ti" => (1024, 4),
        "Pi" => (1024, 5),
        "Ei" => (1024, 6),
        "m" => return Err(QuantityError::Thousandths),
        _ => (10, exponent(suffix).ok_or_else(|| QuantityError::Suffix(suffix.to_owned()))?),
    };
    base.checked_pow(power).ok_or(QuantityError::TooLarge)
}

fn exponent(suffix: &str) -> Option<u32> {
    let digits = suffix.strip_prefix(['e', 'E'])?;
    let digits = digits.strip_prefix('+').unwrap_or(digits);
    digits.starts_with(|c: char| c.is_ascii_digit()).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_exact_or_refused() {
        for (text, bytes) in [
            ("0", 0),
            ("4096", 4096),
            ("4Mi", 4 << 20),
            ("1.5Gi", 3 << 29),
            ("500M", 500_000_000),
            ("1e6", 1_000_000),
            ("1E3", 1000),
            ("1E", 1_000_000_000_000_000_000),
            (".5Ki", 512),
        ] {
            assert_eq!(quantity(text), Ok(bytes), "{text}");
        }
        let refused = |text: &str| quantity(text).unwrap_err();
        assert_eq!(refused(""), QuantityError::Empty);
        assert_eq!(refused("Mi"), QuantityError::NoNumber);
        assert_eq!(refused("-1"), QuantityError::NoNumber);
        assert_eq!(refused("1.2.3"), QuantityError::NoNumber);
        assert_eq!(refused("4mb"), QuantityError::Suffix("mb".into()));
        assert_eq!(refused("100m"), QuantityError::Thousandths);
        assert_eq!(refused("1.5"), QuantityError::Fraction);
        assert_eq!(refused("99Ei"), QuantityError::TooLarge);
        assert_eq!(refused(&"9".repeat(99)), QuantityError::TooLarge);
        assert_eq!(refused("1e99999"), QuantityError::TooLarge);
    }
}
