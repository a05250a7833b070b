//! Files that say what comes out, for checks that are no tests of cargo. Knows nothing of what does.

use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};

/// Whether goldens are to be written rather than compared, as everywhere in the workspace.
pub(crate) fn is_rewritten() -> bool {
    std::env::var_os("UPDATE_EXPECT").is_some()
}

/// Compares, or writes.
pub(crate) fn compare(path: &Path, found: &str) -> Result<()> {
    if is_rewritten() {
        return Ok(fs::write(path, found)?);
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    ensure!(
        expected == found,
        "{} does not say what comes out (UPDATE_EXPECT=1 rewrites it):\n{}",
        path.display(),
        difference(&expected, found)
    );
    Ok(())
}

/// Lines that only one of them has.
fn difference(expected: &str, found: &str) -> String {
    let only = |sign: &str, one: &str, other: &str| -> String {
        let lines = one.lines().filter(|line| !other.lines().any(|same| same == *line));
        lines.map(|line| format!("{sign} {line}\n")).collect()
    };
    let lines = only("-", expected, found) + &only("+", found, expected);
    // The same lines in another order, or another number of times.
    if lines.is_empty() { found.to_owned() } else { lines }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_an_error_and_is_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("objects.txt");
        assert!(compare(&path, "a\nb\n").is_err());
        fs::write(&path, "a\nb\n").unwrap();
        compare(&path, "a\nb\n").unwrap();
        let said = compare(&path, "a\nc\n").unwrap_err().to_string();
        assert!(said.ends_with("rewrites it):\n- b\n+ c\n"), "{said}");
        assert_eq!(difference("a\nb\n", "b\na\n"), "b\na\n");
    }
}
