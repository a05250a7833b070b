//! Every code of a problem has a row in `docs/problems.md`, and every row a code that some room
//! uses. It reads sources as text and knows nothing of what the problems mean.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, Result};

const TABLE: &str = "docs/problems.md";
const ROOMS: [&str; 5] = [
    "crates/graph/src",
    "crates/composer/src",
    "crates/artifacts/src",
    "operator/src",
    "runtime-node/src",
];

pub(super) fn check(root: &Path) -> Result<Vec<String>> {
    let table = std::fs::read_to_string(root.join(TABLE)).context(TABLE)?;
    let mut sources = String::new();
    for room in ROOMS {
        read(&root.join(room), &mut sources)?;
    }
    Ok(compare(&table, &sources))
}

fn compare(table: &str, sources: &str) -> Vec<String> {
    let rows: BTreeSet<&str> = table.lines().flat_map(row).collect();
    let used = made(sources);
    let without_row = used.difference(&rows).map(|word| format!("{TABLE}: no row for `{word}`"));
    let unused = rows.iter().filter(|word| !sources.contains(&format!("\"{word}\"")));
    let unused = unused.map(|word| format!("{TABLE}: nobody reports `{word}`"));
    without_row.chain(unused).collect()
}

/// The codes of a row of the table: its first cell holds them alone, in backticks.
fn row(line: &str) -> impl Iterator<Item = &str> {
    let cell = line.strip_prefix("| `").and_then(|rest| rest.split_once("` |"));
    cell.into_iter().flat_map(|(cell, _)| cell.split("`, `"))
}

/// The words with which problems are made.
fn made(sources: &str) -> BTreeSet<&str> {
    let after = |pattern: &'static str| {
        sources.match_indices(pattern).filter_map(move |(at, _)| {
            let rest = sources.get(at + pattern.len()..)?.trim_start();
            rest.strip_prefix('"')?.split_once('"').map(|(word, _)| word)
        })
    };
    after("Problem::new(").chain(after("code: ")).collect()
}

/// Adds the sources of a folder up to their tests.
fn read(folder: &Path, sources: &mut String) -> Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" {
            read(&path, sources)?;
        } else if name.ends_with(".rs") && name != "tests.rs" {
            let text = std::fs::read_to_string(&path)?;
            sources.push_str(text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways() {
        let table = "| code | means |\n|---|---|\n| `a-word` | x |\n| `b-word`, `d-word` | y |\n";
        let sources = "Problem::new(\n    \"a-word\", f, m) … code: \"c-word\"";
        assert_eq!(
            compare(table, sources),
            [
                "docs/problems.md: no row for `c-word`",
                "docs/problems.md: nobody reports `b-word`",
                "docs/problems.md: nobody reports `d-word`"
            ]
        );
    }
}
