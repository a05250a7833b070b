//! Where the project's folders are. Knows nothing of what is done with them.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// The folders of a checkout, all absolute.
pub(crate) struct Project {
    root: PathBuf,
}

impl Project {
    /// Found from where this crate was compiled, so that chores work in any current directory.
    pub(crate) fn locate() -> anyhow::Result<Self> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = here.ancestors().nth(2).context("crates/xtask is not two folders deep")?;
        Ok(Self { root: root.to_path_buf() })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The workspace of the wasm crates.
    pub(crate) fn components(&self) -> PathBuf {
        self.root.join("components")
    }

    /// The WIT packages.
    pub(crate) fn wit(&self) -> PathBuf {
        self.root.join("wit")
    }

    /// Where the built components go: `<name>.wasm`.
    pub(crate) fn artifacts(&self) -> PathBuf {
        self.root.join("target").join("components")
    }
}
