//! Waiting with a limit. Knows nothing of what is waited for.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

const PAUSE: Duration = Duration::from_millis(100);

/// Asks until the answer is yes. An error of the question ends the waiting.
pub(super) fn until(
    what: &str,
    limit: Duration,
    mut question: impl FnMut() -> Result<bool>,
) -> Result<()> {
    let start = Instant::now();
    while !question()? {
        if start.elapsed() > limit {
            bail!("waited {} s in vain for {what}", limit.as_secs());
        }
        thread::sleep(PAUSE);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yes_no_and_error() {
        let second = Duration::from_millis(1);
        let mut left = 2;
        let count = || {
            left -= 1;
            Ok(left == 0)
        };
        until("it", Duration::from_secs(9), count).unwrap();
        let late = until("it", second, || Ok(false)).unwrap_err();
        assert_eq!(late.to_string(), "waited 0 s in vain for it");
        assert_eq!(until("it", second, || bail!("broken")).unwrap_err().to_string(), "broken");
    }
}
