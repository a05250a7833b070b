//! Damaged and hostile artifacts: a problem or a composition, never a panic.

use std::collections::BTreeMap;

use composer::{Artifact, describe, ledger_of, plan};
use graph::ComponentGraph;
use proptest::prelude::*;

use crate::case::component;
use crate::cases::{case, compose};

const HOST: &str = include_str!("../../testdata/host.wit");

const WORLD: &str = "import wasi:http/outgoing-handler@0.2.12; import wasi:cli/stdout@0.2.12; \
                     export wasi:http/incoming-handler@0.2.12; export run: func();";

fn real() -> Vec<u8> {
    compose(&case("http-apart")).expect("composition").bytes
}

fn alone(bytes: Vec<u8>) -> (ComponentGraph, BTreeMap<String, Artifact>) {
    let manifest = "{apiVersion: componentgraph.dev/v1alpha1, kind: ComponentGraph, \
                    metadata: {name: one}, spec: {components: [{name: a, file: a.wasm, \
                    imports: [wasip2, http]}], capabilities: [{name: wasip2, type: 'wasi:p2'}, \
                    {name: http, type: 'wasi:http'}]}}";
    let graph = serde_yaml::from_str(manifest).expect("manifest");
    (graph, BTreeMap::from([("a".to_owned(), Artifact::new(bytes))]))
}

fn survive(bytes: Vec<u8>) {
    let _ = describe(&bytes);
    let _ = ledger_of(&bytes);
    let (graph, artifacts) = alone(bytes);
    if let Ok(plan) = plan(&graph, &artifacts) {
        let _ = plan.compose();
    }
}

#[test]
fn truncations_are_refused_but_between_sections() {
    let bytes = component(HOST, "import wasi:cli/stdout@0.2.12; export run: func();");
    let passes = |length: &usize| {
        let (graph, artifacts) = alone(bytes.iter().copied().take(*length).collect());
        plan(&graph, &artifacts).is_ok()
    };
    // What is cut off between two sections may still be a component; it lacks its last exports.
    let passed = (0..bytes.len()).filter(passes).count();
    assert!(
        passed * 20 < bytes.len(),
        "{passed} of {} prefixes are taken for components",
        bytes.len()
    );
}

#[test]
fn a_composition_is_a_component_like_any_other_or_refused() {
    survive(real());
}

#[test]
fn types_nested_without_end_are_refused() {
    let nested = (1..5000).map(|i| format!("(type $t{i} (list $t{}))", i - 1)).collect::<String>();
    let text = format!("(component (type $t0 (list u8)) {nested})");
    let (graph, artifacts) = alone(wat::parse_str(text).expect("wat"));
    let problems = plan(&graph, &artifacts).err().expect("too deep");
    assert!(problems.iter().any(|problem| problem.code == "unreadable-component"), "{problems:?}");
}

#[test]
fn declarations_nested_without_end_do_not_exhaust_the_stack() {
    let body = [&[1], [0x41, 1, 1].repeat(200_000).as_slice(), &[0x41, 0]].concat();
    let length = body.len();
    let leb = [length & 0x7f | 0x80, length >> 7 & 0x7f | 0x80, length >> 14].map(|b| b as u8);
    let bytes = [b"\0asm\x0d\0\x01\0\x07".as_slice(), &leb, &body].concat();
    let error = describe(&bytes).expect_err("too deep");
    assert!(error.to_string().contains("nested too deep"), "{error}");
    survive(bytes);
}

#[test]
fn instances_nested_without_end_are_refused() {
    let nested = (1..3000).map(|i| {
        format!(
            "(type $t{i} (instance (alias outer $c $t{} (type $p)) \
             (export \"x\" (instance (type $p)))))",
            i - 1
        )
    });
    let nested: String = nested.collect();
    let text = format!(
        "(component $c (type $t0 (instance)) {nested} (import \"a:b/c\" (instance (type $t2999))))"
    );
    let bytes = wat::parse_str(text).expect("wat");
    describe(&bytes).expect_err("too deep");
    survive(bytes);
}

#[test]
fn types_that_double_at_each_step_are_cut() {
    let doubled =
        (1..16).map(|i| format!("(type $t{i} (tuple $t{0} $t{0}))", i - 1)).collect::<String>();
    let text = format!(
        "(component (import \"a:b/c\" (instance (type $t0 (tuple u8 u8)) {doubled} \
         (export \"f\" (func (param \"x\" $t15))))))"
    );
    let bytes = wat::parse_str(text).expect("wat");
    let described = describe(&bytes).expect("a component");
    let text = described.imports[0].functions[0].to_string();
    assert!(text.len() < 3000 && text.ends_with("…)"), "{}", text.len());
    survive(bytes);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn flipped_bits_never_panic(flips in proptest::collection::vec((any::<usize>(), 0..8u32), 1..4)) {
        let mut bytes = component(HOST, WORLD);
        for (at, bit) in flips {
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
        }
        survive(bytes);
    }

    #[test]
    fn rubbish_behind_a_header_never_panics(tail in proptest::collection::vec(any::<u8>(), 0..64)) {
        survive([b"\0asm\x0d\0\x01\0".as_slice(), &tail].concat());
    }
}
