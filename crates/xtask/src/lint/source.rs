//! Rules for source files that need no compiler: a first line that says what the file is for, its
//! size, and names that say nothing.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Lines before the tests from which one has to say why, and above which a file is refused.
const ASK: usize = 300;
const REFUSE: usize = 500;

/// Names under which anything could lie.
const EMPTY_NAMES: [&str; 7] = ["common", "helper", "helpers", "manager", "misc", "util", "utils"];

/// Folders at the root that hold sources.
const FOLDERS: [&str; 4] = ["components", "crates", "operator", "runtime-node"];

/// Everything wrong with the sources under `root`. Long files are told on stderr only.
pub(crate) fn check(root: &Path) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for folder in FOLDERS.iter().map(|name| root.join(name)).filter(|path| path.is_dir()) {
        check_folder(root, &folder, &mut findings)?;
    }
    findings.sort();
    Ok(findings)
}

fn check_folder(root: &Path, folder: &Path, findings: &mut Vec<String>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("{}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            if name != "target" && !name.starts_with('.') {
                check_folder(root, &path, findings)?;
            }
        } else if name.ends_with(".rs") {
            let text = fs::read_to_string(&path).with_context(|| format!("{}", path.display()))?;
            let shown = path.strip_prefix(root).unwrap_or(&path).display().to_string();
            findings.extend(check_file(&shown, &text));
            if let Some(lines) = long(&text) {
                eprintln!("    {shown}: {lines} lines before the tests; why so many?");
            }
        }
    }
    Ok(())
}

fn check_file(path: &str, text: &str) -> Vec<String> {
    let mut findings = Vec::new();
    if !text.starts_with("//! ") {
        findings
            .push(format!("{path}: the first line does not say what the file is for (`//! …`)"));
    }
    let lines = source_lines(text);
    if lines > REFUSE {
        findings
            .push(format!("{path}: {lines} lines before the tests, at most {REFUSE} are allowed"));
    }
    let parts = Path::new(path).with_extension("");
    let parts = parts.iter().map(|part| part.to_string_lossy().into_owned());
    for name in parts.chain(modules(text)).filter(|name| EMPTY_NAMES.contains(&name.as_str())) {
        findings.push(format!("{path}: the name `{name}` says nothing; name what it holds"));
    }
    findings
}

fn long(text: &str) -> Option<usize> {
    Some(source_lines(text)).filter(|lines| (ASK + 1..=REFUSE).contains(lines))
}

/// Lines before the in-file tests.
fn source_lines(text: &str) -> usize {
    let lines = text.lines().collect::<Vec<_>>();
    let tests = lines.windows(2).position(|pair| {
        matches!(pair, [attribute, module] if attribute.trim() == "#[cfg(test)]" && module.trim_start().starts_with("mod tests"))
    });
    tests.unwrap_or(lines.len())
}

/// Names of modules written inside the file.
fn modules(text: &str) -> impl Iterator<Item = String> {
    text.lines().filter_map(|line| {
        let line = line.trim_start().trim_start_matches("pub(crate) ").trim_start_matches("pub ");
        Some(line.strip_prefix("mod ")?.strip_suffix('{')?.trim().to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(path: &str, text: &str) -> Vec<String> {
        let shorten = |f: String| f.split_once(": ").unwrap().1.chars().take(16).collect();
        check_file(path, text).into_iter().map(shorten).collect()
    }

    #[test]
    fn files() {
        let none: [&str; 0] = [];
        assert_eq!(findings("crates/a/src/lib.rs", "//! Why.\n"), none);
        assert_eq!(findings("crates/a/src/lib.rs", "fn a() {}\n"), ["the first line d"]);
        assert_eq!(findings("crates/a/src/utils.rs", "//! Why.\n"), ["the name `utils`"]);
        assert_eq!(
            findings("crates/common/src/a.rs", "//! Why.\n"),
            ["the name `common"[..16].to_owned()]
        );
        assert_eq!(findings("a.rs", "//! Why.\npub mod helper {\n}\n"), ["the name `helper"]);
    }

    #[test]
    fn sizes() {
        let lines = |n: usize| format!("//! Why.\n{}", "//\n".repeat(n - 1));
        assert_eq!((long(&lines(ASK)), long(&lines(ASK + 1))), (None, Some(ASK + 1)));
        assert_eq!(findings("a.rs", &lines(REFUSE)).len(), 0);
        assert_eq!(findings("a.rs", &lines(REFUSE + 1)).len(), 1);
        let tested = format!("//! Why.\n#[cfg(test)]\nmod tests {{\n{}}}\n", lines(REFUSE));
        assert_eq!(source_lines(&tested), 1);
    }
}
