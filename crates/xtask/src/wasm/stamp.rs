//! Remembers from what the components were built, so that nothing is built twice. Knows nothing of
//! how they are built.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;

use super::compiler::Compiler;
use super::sources;
use crate::project::Project;

/// To be raised when the way from core module to component changes.
const STEPS: u32 = 1;

/// Sources and compiler, as text.
pub(crate) struct Stamp(String);

impl Stamp {
    pub(crate) fn of(project: &Project, compiler: &Compiler) -> anyhow::Result<Self> {
        let sources = sources::digest(project)?;
        Ok(Self(format!(
            "steps {STEPS}\nsources {sources}\ncompiler {}\n{}",
            compiler.kind(),
            compiler.version()
        )))
    }

    /// Whether every component is there and was built from just this.
    pub(crate) fn is_current(&self, project: &Project, crates: &[String]) -> bool {
        let built = fs::read_to_string(file(project)).is_ok_and(|text| text == self.0);
        built
            && crates.iter().all(|name| project.artifacts().join(format!("{name}.wasm")).is_file())
    }

    pub(crate) fn write(&self, project: &Project) -> anyhow::Result<()> {
        let file = file(project);
        fs::write(&file, &self.0).with_context(|| format!("cannot write {}", file.display()))
    }
}

fn file(project: &Project) -> PathBuf {
    project.artifacts().join("stamp")
}
