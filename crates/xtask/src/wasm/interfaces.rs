//! The golden list of what every built component imports and exports, function by function. A
//! component that asks for more than before shows here first.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context as _, bail};
use expect_test::expect_file;
use wit_component::DecodedWasm;
use wit_parser::{Resolve, WorldItem, WorldKey};

use super::sources;
use crate::project::Project;

#[test]
fn every_component_has_the_interfaces_of_the_golden_list() {
    let project = Project::locate().unwrap();
    let list: String = sources::crates(&project)
        .unwrap()
        .iter()
        .map(|name| interfaces(&project, name).unwrap())
        .collect();
    expect_file!["../../../../components/INTERFACES.txt"].assert_eq(&list);
}

/// The two versions of `wasi:otel` in use differ in nothing but the clocks they point at.
#[test]
fn both_versions_of_wasi_otel_are_the_same() {
    let wit = Project::locate().unwrap().wit().join("deps");
    for file in ["types.wit", "tracing.wit", "logs.wit", "metrics.wit"] {
        let plain = fs::read_to_string(wit.join("wasi-otel-0.2.0-rc.2").join(file)).unwrap();
        let patch = fs::read_to_string(wit.join("wasi-otel-0.2.0-rc.2+patch").join(file)).unwrap();
        let expected = plain
            .replace("@0.2.0-rc.2;", "@0.2.0-rc.2+patch;")
            .replace("-clock@0.2.0.{", "-clock@0.2.12.{");
        assert_eq!(patch, expected, "{file}");
    }
}

fn interfaces(project: &Project, name: &str) -> anyhow::Result<String> {
    let file = project.artifacts().join(format!("{name}.wasm"));
    let bytes = fs::read(&file)
        .with_context(|| format!("cannot read {}; run: cargo xtask wasm", file.display()))?;
    let DecodedWasm::Component(resolve, world) = wit_component::decode(&bytes)? else {
        bail!("{name} is not a component");
    };
    let world = resolve.worlds.get(world).context("no world")?;
    let mut text = format!("{name}\n");
    for (word, items) in [("import", &world.imports), ("export", &world.exports)] {
        let mut lines: Vec<_> = items.iter().map(|(key, item)| line(&resolve, key, item)).collect();
        lines.sort();
        for line in lines {
            writeln!(text, "  {word} {line}")?;
        }
    }
    Ok(text + "\n")
}

fn line(resolve: &Resolve, key: &WorldKey, item: &WorldItem) -> String {
    let name = resolve.name_world_key(key);
    match item {
        WorldItem::Interface { id, .. } => {
            let functions: Vec<_> = resolve
                .interfaces
                .get(*id)
                .map(|interface| interface.functions.keys().map(String::as_str).collect())
                .unwrap_or_default();
            if functions.is_empty() {
                format!("{name} (types)")
            } else {
                format!("{name} {{{}}}", functions.join(", "))
            }
        }
        WorldItem::Function(_) => format!("{name} (function)"),
        WorldItem::Type { .. } => format!("{name} (type)"),
    }
}
