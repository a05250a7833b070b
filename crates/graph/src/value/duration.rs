//! Spans of time in the form the Kubernetes APIs share: `500ms`, `10s`, `1h30m`. It knows nothing
//! of which spans make sense.

use std::time::Duration;

use thiserror::Error;

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DurationError {
    #[error("it is empty")]
    Empty,
    #[error("it has no unit")]
    NoUnit,
    #[error("a number of one to five digits is missing")]
    NoNumber,
    #[error("the unit `{0}` is unknown")]
    Unit(String),
    #[error("it has more than four parts")]
    TooLong,
}

/// Parses one to four parts of up to five digits and a unit each: `h`, `m`, `s` or `ms`.
pub fn duration(text: &str) -> Result<Duration, DurationError> {
    if text.is_empty() {
        return Err(DurationError::Empty);
    }
    let mut rest = text;
    let mut total = Duration::ZERO;
    for _ in 0..4 {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, after) = rest.split_at(digits);
        let unit_end = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_end);
        if !(1..=5).contains(&digits) {
            return Err(DurationError::NoNumber);
        }
        let number = number.parse().map_err(|_| DurationError::NoNumber)?;
        total += part(number, unit)?;
        rest = after;
        if rest.is_empty() {
            return Ok(total);
        }
    }
    Err(DurationError::TooLong)
}

fn part(number: u64, unit: &str) -> Result<Duration, DurationError> {
    match unit {
        "h" => Ok(Duration::from_secs(3600 * number)),
        "m" => Ok(Duration::from_secs(60 * number)),
        "s" => Ok(Duration::from_secs(number)),
        "ms" => Ok(Duration::from_millis(number)),
        "" => Err(DurationError::NoUnit),
        _ => Err(DurationError::Unit(unit.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("10s"), Ok(Duration::from_secs(10)));
        assert_eq!(duration("1h30m"), Ok(Duration::from_secs(5400)));
        assert_eq!(duration("0s"), Ok(Duration::ZERO));
        assert_eq!(duration(""), Err(DurationError::Empty));
        assert_eq!(duration("10"), Err(DurationError::NoUnit));
        assert_eq!(duration("-1s"), Err(DurationError::NoNumber));
        assert_eq!(duration("123456s"), Err(DurationError::NoNumber));
        assert_eq!(duration("1.5s"), Err(DurationError::Unit(".".into())));
        assert_eq!(duration("5d"), Err(DurationError::Unit("d".into())));
        assert_eq!(duration("1h1m1s1ms1h"), Err(DurationError::TooLong));
    }
}
