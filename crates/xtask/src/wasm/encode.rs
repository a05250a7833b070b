//! Core module → component. Knows nothing of compilers.

use std::fs;

use anyhow::Context as _;
use wit_component::ComponentEncoder;

use super::modules;
use crate::project::Project;

/// Writes `<name>.wasm` and returns its size. The file appears whole or not at all, since other
/// builds may read it at this moment.
pub(crate) fn component(project: &Project, name: &str) -> anyhow::Result<usize> {
    let source = modules::file(project, name);
    let module = fs::read(&source).with_context(|| format!("cannot read {}", source.display()))?;
    let bytes = encode(&module).with_context(|| format!("{name} is not a component"))?;
    let target = project.artifacts().join(format!("{name}.wasm"));
    let draft = project.artifacts().join(format!(".{name}.wasm.{}", std::process::id()));
    fs::write(&draft, &bytes).with_context(|| format!("cannot write {}", draft.display()))?;
    fs::rename(&draft, &target).with_context(|| format!("cannot write {}", target.display()))?;
    Ok(bytes.len())
}

pub(super) fn encode(module: &[u8]) -> anyhow::Result<Vec<u8>> {
    ComponentEncoder::default().validate(true).module(module)?.encode()
}
