//! A case file: sections headed by `=== KIND NAME`. `graph` is the manifest; `wit` declares
//! packages for all components, or `wit NAME` for one in place of those; `component NAME` is the
//! body of its world; `wat NAME` is its text as it stands; `bytes NAME`, `empty NAME` and `header NAME` are no components.

use std::collections::BTreeMap;

use composer::Artifact;
use graph::ComponentGraph;
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{ManglingAndAbi, Resolve};

const HOST: &str = include_str!("../../testdata/host.wit");

pub(crate) struct Case {
    pub(crate) graph: ComponentGraph,
    pub(crate) artifacts: BTreeMap<String, Artifact>,
}

pub(crate) fn parse(text: &str) -> Case {
    let mut manifest = None;
    let mut wit: BTreeMap<&str, &str> = BTreeMap::new();
    let mut bodies = Vec::new();
    for section in text.split("=== ").skip(1) {
        let (head, body) = section.split_once('\n').expect("a section has a head");
        match head.split_once(' ').unwrap_or((head, "")) {
            ("graph", _) => manifest = Some(body),
            ("wit", name) => drop(wit.insert(name, body)),
            (kind, name) => bodies.push((kind, name, body)),
        }
    }
    let graph = serde_yaml::from_str(manifest.expect("a case has a graph")).expect("manifest");
    let artifact = |(kind, name, body): (&str, &str, &str)| {
        let declared = wit.get(name).or_else(|| wit.get("")).copied().unwrap_or_default();
        let bytes = match kind {
            "component" => component(&format!("{HOST}\n{declared}"), body),
            "wat" => wat::parse_str(body).expect("wat"),
            "bytes" => body.as_bytes().to_vec(),
            "empty" => Vec::new(),
            "header" => [b"\0asm\x0d\0\x01\0", body.as_bytes()].concat(),
            other => panic!("unknown section {other}"),
        };
        (name.to_owned(), Artifact::new(bytes))
    };
    Case { graph, artifacts: bodies.into_iter().map(artifact).collect() }
}

/// A component whose functions all trap, with the given world.
pub(crate) fn component(packages: &str, world: &str) -> Vec<u8> {
    let source = format!("{packages}\nworld root {{\n{world}\n}}\n");
    let mut resolve = Resolve { all_features: true, ..Resolve::default() };
    let package = resolve.push_str("case.wit", &source).unwrap_or_else(|e| panic!("{e:#}"));
    let world = resolve.select_world(&[package], Some("root")).expect("world");
    let mut module = dummy_module(&resolve, world, ManglingAndAbi::Standard32);
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).expect("metadata");
    let mut encoder = ComponentEncoder::default();
    encoder.validate(true).module(&module).expect("module").encode().expect("component")
}
