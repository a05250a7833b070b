//! What makes a new revision, and what must not.

use composer::Instance;

use super::*;
use crate::unguard::tests::{EXAMPLE, object, settings};
use crate::unguard::unguard;

fn graph(yaml: &str) -> ComponentGraph {
    unguard(&object(yaml), &settings()).unwrap().graph
}

fn revision(graph: &ComponentGraph, image: &str) -> Revision {
    let instances = graph.spec.components.iter().map(|c| Instance {
        id: c.name.to_string(),
        component: c.name.to_string(),
        consumer: None,
        digest: c.digest.clone().unwrap_or_else(|| format!("sha256:of-{}", c.name)),
    });
    let ledger = Ledger { instances: instances.collect(), ..Ledger::default() };
    let input = input(&graph.spec, "", None);
    Revision::new(graph, &ledger, "sha256:c", Made { input: &input, resolve: "", image })
}

#[test]
fn order_scale_and_labels_of_the_object_make_no_new_one() {
    let first = revision(&graph(EXAMPLE), "node:1");
    let scaled = EXAMPLE.replace("spec:\n", "spec:\n  replicas: 7\n  podTemplate: {a: b}\n");
    let mut turned = graph(&scaled);
    turned.spec.components.reverse();
    turned.spec.capabilities.reverse();
    assert_eq!(revision(&turned, "node:1"), first);
}

#[test]
fn wiring_digests_and_image_make_a_new_one() {
    let first = revision(&graph(EXAMPLE), "node:1");
    assert_ne!(revision(&graph(EXAMPLE), "node:2").name, first.name);
    let routed = EXAMPLE.replace("path: /log", "path: /logs");
    let other = revision(&graph(&routed), "node:1");
    assert_ne!(other.name, first.name);
    assert_ne!(other.input, first.input);
    let mut pinned = graph(EXAMPLE);
    pinned.spec.components[0].digest = Some("sha256:other".to_owned());
    assert_ne!(revision(&pinned, "node:1").name, first.name);
}

/// The digest of the first version. A change of it makes a new revision of every graph of every
/// user, and rolls its pods: a new field of a manifest is left out where it has nothing to say.
#[test]
fn the_digest_of_the_input_lasts() {
    expect_test::expect!["7179df708eda524bf226587c0caae232880bf7d87558dd3faa0f18633a485448"]
        .assert_eq(&input(&graph(EXAMPLE).spec, "", None));
}

#[test]
fn names_fit_at_their_longest() {
    let mut long = graph(EXAMPLE);
    long.metadata.name = "a".repeat(graph::Name::MAX_GRAPH);
    assert_eq!(revision(&long, "node:1").name.len(), 63);
}

#[test]
fn a_pin_holds_until_the_source_changes() {
    let image = EXAMPLE.replace("builtin: hello-log", "image: registry.example/a:1");
    let first = revision(&graph(&image), "node:1");
    let mut same = graph(&image);
    let read = Pins::parse(&first.pins.to_text());
    assert_eq!(read.apply(&mut same.spec), ["guest"]);
    assert_eq!(same.spec.components[0].digest.as_deref(), Some("sha256:of-guest"));
    let mut other = graph(&image.replace("a:1", "a:2"));
    assert_eq!(read.apply(&mut other.spec), Vec::<String>::new());
    assert_eq!(Pins::parse("nonsense"), Pins::default());
}

#[test]
fn the_manifest_is_one_that_nodes_read() {
    let revision = revision(&graph(EXAMPLE), "node:1");
    let text = revision.manifest.replace("sha256:of-", &format!("sha256:{}", "0".repeat(0)));
    // Digests of this test are no digests; all else must be a manifest.
    let problems = graph::read(text.as_bytes(), "graph.json", graph::Target::Cluster).unwrap_err();
    assert!(problems.list().iter().all(|p| p.code == "bad-digest"), "{problems}");
}
