//! Manifests without mistakes, and problems that other rooms find in them.

use std::path::Path;

use graph::{CapabilityType, Instances, Manifest, Problem, Target, read};

fn accept(path: &str, target: Target) -> Manifest {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let bytes = std::fs::read(&path).unwrap();
    read(&bytes, &path.display().to_string(), target).unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn the_examples_have_no_problems() {
    for target in [Target::Laptop, Target::Cluster] {
        let capability = accept("../../examples/otel/capability.yaml", target).graph;
        let components = accept("../../examples/otel/components.yaml", target).graph;
        assert_eq!(capability.metadata.name, "otel-example");
        assert_eq!(components.metadata.name, "otel-example-components");
        for name in ["guest", "otel"] {
            assert_eq!(capability.spec.component(name), components.spec.component(name));
        }
        assert_eq!(capability.spec.http, components.spec.http);
        assert_eq!(capability.spec.component("otel").unwrap().instances(), Instances::PerConsumer);
        let grpc = capability.spec.capability("grpc").unwrap();
        assert_eq!(grpc.kind, CapabilityType::Grpc);
        let config = &components.spec.component("grpc").unwrap().config;
        for (key, path) in &grpc.grpc.as_ref().unwrap().paths {
            assert_eq!(config.get(&format!("paths.{key}")), Some(path));
        }
    }
}

#[test]
fn every_key_there_is_can_be_used() {
    let graph = accept("testdata/good/full.yaml", Target::Laptop).graph;
    let limits = graph.spec.limits.as_ref().unwrap();
    assert_eq!(limits.memory_bytes(), Some(1 << 30));
    assert_eq!(limits.invocation_timeout(), Some(std::time::Duration::from_secs(90)));
    assert_eq!(limits.request_body_bytes(), Some(1 << 20));
    let grpc = graph.spec.capability("grpc").unwrap().grpc.as_ref().unwrap();
    assert_eq!(grpc.request_limit(), 8 << 20);
    assert_eq!(graph::GrpcOptions::default().request_limit(), 4 << 20);
}

#[test]
fn a_manifest_from_a_cluster_is_read_and_null_means_left_out() {
    let manifest = accept("testdata/good/from-cluster.yaml", Target::Cluster);
    assert_eq!(manifest.graph.metadata.namespace.as_deref(), Some("team-1"));
    assert!(manifest.graph.spec.components[0].imports.is_empty());
}

#[test]
fn files_are_for_laptops() {
    accept("testdata/good/laptop-file.yaml", Target::Laptop);
    assert_eq!(
        std::fs::read("testdata/good/laptop-file.yaml").unwrap(),
        std::fs::read("testdata/cluster-file.yaml").unwrap()
    );
}

#[test]
fn json_is_as_good_as_yaml() {
    let yaml = accept("testdata/good/full.yaml", Target::Laptop).graph;
    let compact = serde_json::to_vec(&yaml).unwrap();
    assert_eq!(read(&compact, "g.json", Target::Laptop).unwrap().graph, yaml);
    let mut tabs = Vec::new();
    let tab = serde_json::ser::PrettyFormatter::with_indent(b"\t");
    let mut serializer = serde_json::Serializer::with_formatter(&mut tabs, tab);
    serde::Serialize::serialize(&yaml, &mut serializer).unwrap();
    assert_eq!(read(&tabs, "g.json", Target::Laptop).unwrap().graph, yaml);
}

#[test]
fn problems_of_other_rooms_get_their_places() {
    let manifest = accept("../../examples/otel/capability.yaml", Target::Laptop);
    let problems = manifest.problems(vec![
        Problem::new("unused-import", "spec.components[1].imports[1]", "unused"),
        Problem::new("file-missing", "spec.components[0].file", "no such field in the text"),
    ]);
    let places: Vec<_> = problems
        .list()
        .iter()
        .map(|problem| {
            let position = problem.position.unwrap();
            let text = &manifest.document.text()[position.start..position.end];
            (problem.code, position.line, position.column, text)
        })
        .collect();
    assert_eq!(places, [("file-missing", 7, 8, "name: guest"), ("unused-import", 8, 59, "wasip2")]);
}
