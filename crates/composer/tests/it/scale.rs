//! Many components: chains, and components that multiply.

use std::collections::BTreeMap;
use std::fmt::Write;

use composer::{Artifact, plan};
use graph::ComponentGraph;

use crate::case::component;

fn chain(length: usize, instances: &str) -> (ComponentGraph, BTreeMap<String, Artifact>) {
    let mut manifest = String::from(
        "apiVersion: componentgraph.dev/v1alpha1\nkind: ComponentGraph\nmetadata: {name: chain}\n\
         spec:\n  components:\n",
    );
    let mut artifacts = BTreeMap::new();
    for i in 0..length {
        let last = i + 1 == length;
        let imports = if last { String::new() } else { format!("c{}", i + 1) };
        writeln!(
            manifest,
            "    - {{name: c{i}, file: c.wasm, instances: {instances}, imports: [{imports}]}}"
        )
        .expect("text");
        let packages = format!(
            "package a:root; package a:p{i} {{ interface i {{ f: func(x: string) -> string; }} }} \
             package a:p{0} {{ interface i {{ f: func(x: string) -> string; }} }}",
            i + 1
        );
        let import = if last { String::new() } else { format!("import a:p{}/i;", i + 1) };
        let bytes = component(&packages, &format!("{import} export a:p{i}/i;"));
        artifacts.insert(format!("c{i}"), Artifact::new(bytes));
    }
    (serde_yaml::from_str(&manifest).expect("manifest"), artifacts)
}

#[test]
fn a_chain_of_64_composes() {
    let (graph, artifacts) = chain(64, "Shared");
    let composition = plan(&graph, &artifacts).map(|plan| plan.compose()).expect("plan");
    let composition = composition.expect("composition");
    assert_eq!(composition.ledger.links.len(), 63);
    assert_eq!(composition.ledger.exports.len(), 64);
    wasmparser::Validator::new_with_features(wasmparser::WasmFeatures::all())
        .validate_all(&composition.bytes)
        .expect("valid");
}

#[test]
fn per_consumer_components_that_use_each_other_get_long_ids_and_stay_apart() {
    let (graph, artifacts) = chain(4, "PerConsumer");
    let plan = plan(&graph, &artifacts).expect("plan");
    let ids: Vec<_> = plan.ledger().instances.iter().map(|i| i.id.as_str()).collect();
    assert_eq!(ids, ["c0", "c1@c0", "c2@c1@c0", "c3@c2@c1@c0"]);
    plan.compose().expect("composition");
}

#[test]
fn per_consumer_components_do_not_multiply_without_end() {
    // Each of two components of a layer uses both of the next: 2^12 instances in the last.
    let mut manifest = String::from(
        "apiVersion: componentgraph.dev/v1alpha1\nkind: ComponentGraph\nmetadata: {name: layers}\n\
         spec:\n  components:\n",
    );
    let mut artifacts = BTreeMap::new();
    for layer in 0..12 {
        for side in ["l", "r"] {
            let next = layer + 1;
            let (listed, imports) = match layer {
                11 => (String::new(), String::new()),
                _ => (
                    format!("l{next}, r{next}"),
                    format!("import a:l{next}/i; import a:r{next}/i;"),
                ),
            };
            writeln!(manifest, "    - {{name: {side}{layer}, file: c.wasm, instances: PerConsumer, imports: [{listed}]}}").expect("text");
            let package = |side: &str, layer: usize| {
                format!("package a:{side}{layer} {{ interface i {{ f: func(); }} }} ")
            };
            let mut packages = String::from("package a:root; ") + &package(side, layer);
            packages += &(package("l", next) + &package("r", next));
            let bytes = component(&packages, &format!("{imports} export a:{side}{layer}/i;"));
            artifacts.insert(format!("{side}{layer}"), Artifact::new(bytes));
        }
    }
    let graph: ComponentGraph = serde_yaml::from_str(&manifest).expect("manifest");
    let problems = plan(&graph, &artifacts).err().expect("too many");
    assert_eq!(problems.iter().map(|p| p.code).collect::<Vec<_>>(), ["too-many-instances"]);
}
