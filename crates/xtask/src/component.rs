//! `cargo xtask component DIR`: one crate of a user into one component, with the compiler that
//! builds ours. It knows nothing of what the component does.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use crate::project::Project;
use crate::wasm;

/// Options of `cargo xtask component`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Folder of the crate; the component is written into it, named after the package
    dir: PathBuf,
    /// Where to write the component instead
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(crate) fn run(project: &Project, options: &Options) -> Result<()> {
    let name = package_name(&options.dir)?;
    let module = wasm::foreign(project, &options.dir, &name)?;
    let output = options.output.clone().unwrap_or_else(|| options.dir.join(format!("{name}.wasm")));
    let bytes = wasm::componentize(&module).with_context(|| format!("{name} is no component"))?;
    std::fs::write(&output, &bytes).with_context(|| format!("writing {}", output.display()))?;
    println!("{} ({} KiB)", output.display(), bytes.len().div_ceil(1024));
    Ok(())
}

fn package_name(dir: &Path) -> Result<String> {
    let path = dir.join("Cargo.toml");
    let text =
        std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let manifest: toml::Table = toml::from_str(&text)?;
    let name = manifest.get("package").and_then(|p| p.get("name")).and_then(|n| n.as_str());
    let name = name.with_context(|| format!("{} names no package", path.display()))?;
    ensure!(!name.contains(['/', '\\']), "{name:?} is no package name");
    Ok(name.to_owned())
}
