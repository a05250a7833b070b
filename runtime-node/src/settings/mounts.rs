//! ConfigMaps and Secrets as directories: `<directory>/<object>/<key>`, the form in which the
//! kubelet mounts them. It knows files, not what the values are for.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Where mounted objects are found.
#[derive(Clone, Debug, Default)]
pub struct Mounts {
    pub secrets: Option<PathBuf>,
    pub config_maps: Option<PathBuf>,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum MountError {
    #[error("there is no directory of {0}s")]
    NoDirectory(&'static str),
    #[error("the directory of {kind}s {} does not exist", path.display())]
    DirectoryMissing { kind: &'static str, path: PathBuf },
    #[error("{kind} {name:?} is not mounted")]
    NoObject { kind: &'static str, name: String },
    #[error("{kind} {name:?} has no key {key:?}")]
    NoKey { kind: &'static str, name: String, key: String },
    #[error("{kind} {name:?}, key {key:?}: {reason}")]
    Unreadable { kind: &'static str, name: String, key: String, reason: String },
}

/// One kind of mounted object.
#[derive(Clone, Copy)]
pub(super) struct Kind<'a> {
    pub(super) kind: &'static str,
    pub(super) directory: Option<&'a Path>,
}

impl Mounts {
    pub(super) fn secrets(&self) -> Kind<'_> {
        Kind { kind: "Secret", directory: self.secrets.as_deref() }
    }

    pub(super) fn config_maps(&self) -> Kind<'_> {
        Kind { kind: "ConfigMap", directory: self.config_maps.as_deref() }
    }
}

impl Kind<'_> {
    pub(super) fn one(&self, name: &str, key: &str) -> Result<String, MountError> {
        let path = self.object(name)?.join(key);
        if !path.is_file() {
            let (name, key) = (name.to_owned(), key.to_owned());
            return Err(MountError::NoKey { kind: self.kind, name, key });
        }
        self.text(name, key, &path)
    }

    pub(super) fn all(&self, name: &str) -> Result<BTreeMap<String, String>, MountError> {
        let mut values = BTreeMap::new();
        let directory = self.object(name)?;
        let entries =
            std::fs::read_dir(&directory).map_err(|e| self.unreadable(name, "", &e.to_string()))?;
        for entry in entries.flatten() {
            let key = entry.file_name().to_string_lossy().into_owned();
            // The kubelet keeps its own links and generations under names with two dots.
            if !key.starts_with("..") && entry.path().is_file() {
                values.insert(key.clone(), self.text(name, &key, &entry.path())?);
            }
        }
        Ok(values)
    }

    fn object(&self, name: &str) -> Result<PathBuf, MountError> {
        let all = self.directory.ok_or(MountError::NoDirectory(self.kind))?;
        let directory = all.join(name);
        if directory.is_dir() {
            return Ok(directory);
        }
        if !all.is_dir() {
            return Err(MountError::DirectoryMissing { kind: self.kind, path: all.to_owned() });
        }
        Err(MountError::NoObject { kind: self.kind, name: name.to_owned() })
    }

    fn text(&self, name: &str, key: &str, path: &Path) -> Result<String, MountError> {
        std::fs::read_to_string(path).map_err(|e| self.unreadable(name, key, &e.to_string()))
    }

    fn unreadable(&self, name: &str, key: &str, reason: &str) -> MountError {
        let (name, key, reason) = (name.to_owned(), key.to_owned(), reason.to_owned());
        MountError::Unreadable { kind: self.kind, name, key, reason }
    }
}
