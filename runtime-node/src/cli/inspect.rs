//! `inspect`: what one component file exports and imports.

use std::fmt::Write as _;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;
use composer::{Description, ImportClass};

use super::print::print;
use super::{Exit, Output};

/// What a graph would not take is not read here either.
const LIMIT: u64 = artifacts::Options::MAX_BYTES;

#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  runtime-node inspect guest.wasm")]
pub(super) struct Args {
    /// The component
    file: PathBuf,
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

pub(super) fn run(args: &Args) -> Exit {
    match describe(&args.file) {
        Ok(description) => {
            let text = match args.output {
                Output::Text => text(&description),
                Output::Json => serde_json::json!(description).to_string(),
            };
            print(&text, Exit::Ok)
        }
        Err(reason) => {
            eprintln!("error: {}: {reason}", args.file.display());
            Exit::Problems
        }
    }
}

fn describe(path: &Path) -> Result<Description, String> {
    let bytes = read(path)?;
    let kind = artifacts::identify(&bytes);
    if kind.code().is_some() {
        let fix = kind.fix().map(|fix| format!("; {fix}")).unwrap_or_default();
        return Err(format!("it is {kind}{fix}"));
    }
    composer::describe(&bytes).map_err(|e| e.to_string())
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let metadata = std::fs::metadata(path).map_err(|e| e.to_string())?;
    // Opening a pipe waits for its writer, and a device may never end.
    if !metadata.is_file() {
        let what = if metadata.is_dir() { "a directory" } else { "a pipe, socket or device" };
        return Err(format!("it is {what}, not a file"));
    }
    let size = metadata.len();
    if size > LIMIT {
        return Err(format!("it has {size} bytes; expected a component of at most {LIMIT}"));
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(|e| e.to_string())?;
    file.take(LIMIT).read_to_end(&mut bytes).map_err(|e| e.to_string())?;
    Ok(bytes)
}

fn text(description: &Description) -> String {
    let mut out = format!("digest {}\n", description.digest);
    if let Some(ledger) = &description.ledger {
        let _ = writeln!(
            out,
            "composition of graph {}: {} instances, {} links, {} grants",
            ledger.graph,
            ledger.instances.len(),
            ledger.links.len(),
            ledger.grants.len()
        );
    }
    for (word, items) in [("import", &description.imports), ("export", &description.exports)] {
        for item in items {
            let class =
                item.class.map(|class| format!("  [{}]", word_of(class))).unwrap_or_default();
            let _ = writeln!(out, "{word} {}{class}", item.name);
            for function in &item.functions {
                let _ = writeln!(out, "  {function}");
            }
        }
    }
    out
}

fn word_of(class: ImportClass) -> &'static str {
    match class {
        ImportClass::A => "class A: kept apart",
        ImportClass::B => "class B: shared",
        ImportClass::C => "class C: not supported yet",
        ImportClass::Types => "types only",
        ImportClass::Function => "function",
        ImportClass::Unsupported => "not supported",
    }
}
