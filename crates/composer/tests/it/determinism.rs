//! The order of entries never matters: same input, same bytes, same digest.

use graph::ComponentGraph;
use proptest::prelude::*;

use crate::case::Case;
use crate::cases::{all, case, compose, text};

/// Sorts every list of the manifest whose order has no meaning by a number drawn for each entry.
fn shuffled(graph: &ComponentGraph, seed: u64) -> ComponentGraph {
    let mut graph = graph.clone();
    let key = |name: &str| {
        name.bytes().fold(seed | 1, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3).rotate_left(29)
        })
    };
    graph.spec.components.sort_by_key(|component| key(component.name.as_str()));
    graph.spec.capabilities.sort_by_key(|capability| key(capability.name.as_str()));
    for component in &mut graph.spec.components {
        component.imports.sort_by_key(|name| key(name.as_str()));
        component.links.sort_by_key(|hint| key(&hint.import));
    }
    graph
}

fn messages(case: &Case) -> Result<String, Vec<String>> {
    compose(case).map(|composition| composition.digest).map_err(|problems| {
        // The place moves with the entry; what is said about it must not.
        let mut texts: Vec<_> = problems
            .into_iter()
            .map(|p| text(&graph::Problem { field: String::new(), ..p }))
            .collect();
        texts.sort();
        texts
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn order_of_entries_never_matters(seed in any::<u64>()) {
        for (name, _) in all() {
            // Which component a circle starts at is told by the roster, which is sorted.
            let mut case = case(&name);
            let before = messages(&case);
            case.graph = shuffled(&case.graph, seed);
            prop_assert_eq!(messages(&case), before, "{}", name);
        }
    }
}

#[test]
fn composing_twice_gives_the_same_bytes() {
    for name in ["otel-components", "per-consumer", "http-apart", "shared-versions"] {
        let case = case(name);
        assert_eq!(compose(&case), compose(&case), "{name}");
    }
}
