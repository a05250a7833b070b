//! Several measurements of the same thing, as least, middle and greatest. Knows no units.

use std::fmt;

/// Measurements of one thing.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Spread(Vec<f64>);

impl Spread {
    pub(super) fn add(&mut self, value: f64) {
        let place = self.0.partition_point(|other| *other < value);
        self.0.insert(place, value);
    }

    /// The middle one, or the mean of the two in the middle; 0 without any.
    pub(super) fn median(&self) -> f64 {
        let (low, high) = (self.0.len().saturating_sub(1) / 2, self.0.len() / 2);
        self.0.get(low).zip(self.0.get(high)).map_or(0.0, |(low, high)| (low + high) / 2.0)
    }
}

impl FromIterator<f64> for Spread {
    fn from_iter<T: IntoIterator<Item = f64>>(values: T) -> Self {
        let mut spread = Self::default();
        values.into_iter().for_each(|value| spread.add(value));
        spread
    }
}

/// Three columns under [`HEADINGS`].
impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.first(), self.0.last()) {
            (Some(least), Some(most)) => {
                write!(f, "{least:>9.2}{:>9.2}{most:>9.2}", self.median())
            }
            _ => write!(f, "{:>9}{:>9}{:>9}", "-", "-", "-"),
        }
    }
}

pub(super) const HEADINGS: &str = "      min   median      max";

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: &[f64], expected: &str) {
        assert_eq!(values.iter().copied().collect::<Spread>().to_string(), expected);
    }

    #[test]
    fn least_middle_and_greatest() {
        check(&[3.0, 1.0, 2.0], "     1.00     2.00     3.00");
        check(&[4.0, 1.0], "     1.00     2.50     4.00");
        check(&[], "        -        -        -");
    }
}
