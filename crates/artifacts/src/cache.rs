//! Downloads kept in a folder by their digest. What is damaged is fetched again; a folder that
//! cannot be written to costs time and nothing else. Where bytes come from is not known here.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::access::CacheFolder;
use crate::digest;

/// The bytes with this digest, if they are kept whole.
pub(crate) async fn get(folder: &CacheFolder, wanted: &str) -> Option<Vec<u8>> {
    let path = file(folder, wanted)?;
    let wanted = wanted.to_owned();
    let read = move || {
        let bytes = fs::read(&path).ok()?;
        if digest(&bytes) != wanted {
            // Whatever damaged it: what is there is of no use.
            let _ = fs::remove_file(&path);
            return None;
        }
        touch(&path);
        Some(bytes)
    };
    tokio::task::spawn_blocking(read).await.ok().flatten()
}

/// Keeps bytes whose digest was checked.
pub(crate) async fn put(folder: &CacheFolder, name: &str, bytes: &[u8]) {
    let Some(path) = file(folder, name) else { return };
    let (folder, bytes) = (folder.clone(), bytes.to_vec());
    let write = move || {
        // Too large or unwritable: it is fetched again the next time.
        if u64::try_from(bytes.len()).is_ok_and(|length| length <= folder.max_bytes) {
            let _ = store(&folder, &path, &bytes);
        }
    };
    let _ = tokio::task::spawn_blocking(write).await;
}

/// A file named so is whole: it gets its name when it is.
fn store(folder: &CacheFolder, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    fs::create_dir_all(&folder.path)?;
    make_room(folder, u64::try_from(bytes.len()).unwrap_or(u64::MAX))?;
    let unfinished = path.with_extension(format!("{}.part", std::process::id()));
    fs::write(&unfinished, bytes).and_then(|()| fs::rename(&unfinished, path)).inspect_err(|_| {
        let _ = fs::remove_file(&unfinished);
    })
}

fn make_room(folder: &CacheFolder, needed: u64) -> std::io::Result<()> {
    let mut kept: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
    for entry in fs::read_dir(&folder.path)?.flatten() {
        let metadata = entry.metadata()?;
        if metadata.is_file() {
            kept.push((metadata.modified()?, metadata.len(), entry.path()));
        }
    }
    kept.sort();
    let mut total: u64 = kept.iter().map(|(_, length, _)| length).sum();
    for (_, length, path) in kept {
        if total.saturating_add(needed) <= folder.max_bytes {
            break;
        }
        fs::remove_file(path)?;
        total = total.saturating_sub(length);
    }
    Ok(())
}

/// The time of the last use decides what goes first.
fn touch(path: &Path) {
    if let Ok(file) = fs::File::options().append(true).open(path) {
        let _ = file.set_modified(SystemTime::now());
    }
}

/// `None` for what is no digest and might lead elsewhere.
fn file(folder: &CacheFolder, name: &str) -> Option<PathBuf> {
    let digits = name.strip_prefix("sha256:")?;
    let good = digits.len() == 64 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    good.then(|| folder.path.join(format!("sha256-{digits}")))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn folder(path: &Path, max_bytes: u64) -> CacheFolder {
        CacheFolder { path: path.join("cache"), max_bytes, shared: false }
    }

    #[tokio::test]
    async fn what_was_put_is_got_and_damage_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let folder = folder(dir.path(), 100);
        let name = digest(b"bytes");
        assert_eq!(get(&folder, &name).await, None);
        put(&folder, &name, b"bytes").await;
        assert_eq!(get(&folder, &name).await.as_deref(), Some(b"bytes".as_slice()));
        fs::write(file(&folder, &name).unwrap(), b"bites").unwrap();
        assert_eq!(get(&folder, &name).await, None);
        assert!(!file(&folder, &name).unwrap().exists());
        assert_eq!(file(&folder, "sha256:../../etc/passwd"), None);
    }

    #[tokio::test]
    async fn what_was_used_longest_ago_goes_first() {
        let dir = tempfile::tempdir().unwrap();
        let folder = folder(dir.path(), 10);
        let texts = ["aaaa", "bbbb", "cccc", "too long a text"];
        for text in texts {
            put(&folder, &digest(text.as_bytes()), text.as_bytes()).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
            get(&folder, &digest(b"aaaa")).await;
        }
        let mut kept = Vec::new();
        for text in texts {
            kept.push(get(&folder, &digest(text.as_bytes())).await.is_some());
        }
        assert_eq!(kept, [true, false, true, false]);
    }
}
