//! How much processor time this process has used, where the system tells. It does not know what
//! for.

use std::time::Duration;

/// The unit in which Linux tells it to programs, on every machine that we support.
const TICK: Duration = Duration::from_millis(10);

/// Processor time of all threads since the start, in steps of 10 ms; `None` where it is not told.
pub fn processor_time() -> Option<Duration> {
    ticks(&std::fs::read_to_string("/proc/self/stat").ok()?).map(|ticks| TICK * ticks)
}

/// Adds what was used in the program and in the kernel. Fields are counted from behind the name
/// of the program, which may hold anything.
fn ticks(stat: &str) -> Option<u32> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<u32>().ok();
    next()?.checked_add(next()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_behind_a_strange_name() {
        let stat = "77 (a) b (c)) S 1 77 77 0 -1 4194304 1000 0 2 0 123 45 6 7 20 0 4 0 99 1 2";
        assert_eq!(ticks(stat), Some(168));
        assert_eq!(ticks("77 (x) S 1 2"), None);
    }
}
