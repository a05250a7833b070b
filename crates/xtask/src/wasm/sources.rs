//! Which wasm crates there are, and a digest of everything they are built from. Knows nothing of
//! compilers.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};

use crate::project::Project;

/// The folders of the components workspace that hold crates.
const SHELVES: [&str; 2] = ["adapters", "guests"];

/// The names of all wasm crates, sorted. A crate is named like its folder.
pub(crate) fn crates(project: &Project) -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for shelf in SHELVES {
        for folder in entries(&project.components().join(shelf))? {
            if folder.join("Cargo.toml").is_file()
                && let Some(name) = folder.file_name()
            {
                names.push(name.to_string_lossy().into_owned());
            }
        }
    }
    names.sort();
    Ok(names)
}

/// A digest of the names and contents of all sources, the lockfile among them.
pub(crate) fn digest(project: &Project) -> anyhow::Result<String> {
    let mut files = Vec::new();
    collect(&project.components(), &mut files)?;
    collect(&project.wit(), &mut files)?;
    let mut hash = Sha256::new();
    for file in files {
        let name = file.strip_prefix(project.root()).unwrap_or(&file);
        let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        hash.update(name.to_string_lossy().as_bytes());
        hash.update([0]);
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in entries(folder)? {
        if entry.is_dir() {
            if entry.file_name().is_some_and(|name| name != "target") {
                collect(&entry, files)?;
            }
        } else {
            files.push(entry);
        }
    }
    Ok(())
}

/// What is in a folder, sorted, so that the digest does not depend on the file system.
fn entries(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let read = || -> std::io::Result<Vec<PathBuf>> {
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect()
    };
    let mut paths = read().with_context(|| format!("cannot list {}", folder.display()))?;
    paths.sort();
    Ok(paths)
}
