//! Reads files, never more than allowed, and knows why it cannot.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// Entries of a folder that are looked at for a better name.
const MAX_ENTRIES: usize = 1000;
/// File names that are offered when none is similar.
const MAX_OFFERED: usize = 5;
/// Similarity (0 to 1) from which a name is taken for the one that was meant.
const SIMILAR: f64 = 0.6;

/// Completes "… ", after the name of the file.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum LocalError {
    #[error("does not exist")]
    Missing(Neighbours),
    #[error("is a directory, not a file")]
    Directory,
    #[error("is a pipe, socket or device, not a file")]
    Special,
    #[error("is too large")]
    TooLarge { found: u64 },
    #[error("cannot be read: {0}")]
    Unreadable(String),
}

/// What is where a file was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Neighbours {
    NoDirectory,
    /// The file whose name is nearest.
    Similar(String),
    /// Names of some wasm files, sorted.
    Wasm(Vec<String>),
}

/// The bytes of the file at `path`, at most `max` of them.
pub(crate) fn read(path: &Path, max: u64) -> Result<Vec<u8>, LocalError> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            return Err(LocalError::Missing(neighbours(path)));
        }
        Err(e) => return Err(LocalError::Unreadable(e.to_string())),
    };
    if metadata.is_dir() {
        return Err(LocalError::Directory);
    }
    // Opening a pipe waits for its writer, and a device may never end.
    if !metadata.is_file() {
        return Err(LocalError::Special);
    }
    if metadata.len() > max {
        return Err(LocalError::TooLarge { found: metadata.len() });
    }
    read_bounded(path, metadata.len(), max)
}

/// The file may grow between the look at its size and the end of the reading.
fn read_bounded(path: &Path, size: u64, max: u64) -> Result<Vec<u8>, LocalError> {
    let unreadable = |e: io::Error| LocalError::Unreadable(e.to_string());
    let file = File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    file.take(max.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
    let found = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if found > max { Err(LocalError::TooLarge { found }) } else { Ok(bytes) }
}

fn neighbours(path: &Path) -> Neighbours {
    let parent = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let Ok(entries) = fs::read_dir(parent) else { return Neighbours::NoDirectory };
    let files = entries.take(MAX_ENTRIES).flatten().filter(|e| e.path().is_file());
    let names = files.filter_map(|e| e.file_name().into_string().ok());
    choose(path.file_name().and_then(OsStr::to_str).unwrap_or_default(), names.collect())
}

fn choose(wanted: &str, mut names: Vec<String>) -> Neighbours {
    names.sort();
    // Extensions are mostly equal, and would make any two names similar.
    let score = |name: &String| {
        let stems = strsim::normalized_damerau_levenshtein(stem(wanted), stem(name));
        (stems, strsim::normalized_damerau_levenshtein(wanted, name))
    };
    let scored = names.iter().map(|name| (score(name), name));
    let nearest = scored.max_by(|(a, _), (b, _)| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    match nearest {
        Some((score, name)) if score.0 >= SIMILAR => Neighbours::Similar(name.clone()),
        _ => {
            names.retain(|name| Path::new(name).extension() == Some(OsStr::new("wasm")));
            names.truncate(MAX_OFFERED);
            Neighbours::Wasm(names)
        }
    }
}

fn stem(name: &str) -> &str {
    Path::new(name).file_stem().and_then(OsStr::to_str).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_names() {
        let check = |wanted: &str, names: &[&str], expect: Neighbours| {
            let names = names.iter().map(|n| (*n).to_owned()).collect();
            assert_eq!(choose(wanted, names), expect);
        };
        let similar = |name: &str| Neighbours::Similar(name.to_owned());
        check("gest.wasm", &["guest.wasm", "host.wasm"], similar("guest.wasm"));
        check("guest.wsam", &["guest.wasm", "notes.txt"], similar("guest.wasm"));
        check("a.wasm", &[], Neighbours::Wasm(vec![]));
        let wasm = Neighbours::Wasm(vec!["counter.wasm".into()]);
        check("authenticate", &["counter.wasm", "notes.txt"], wasm);
    }
}
