//! What holds for any bytes and for any graph.

use graph::{Target, read};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::generate::valid_graph;

/// Pieces of which manifests are made, so that random text reaches deep into the reader.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "spec:",
        "components:",
        "capabilities:",
        "- ",
        "name: ",
        "imports: ",
        "grpc",
        "{",
        "}",
        "[",
        "]",
        ",",
        "\n",
        "\n  ",
        "\n    ",
        "\t",
        "&a ",
        "*a",
        "!!str ",
        "\"",
        "'",
        "|\n",
        "? ",
        ": ",
        "---\n",
        "...\n",
        "# x",
        "é",
        "\u{feff}",
        "5",
        "on",
        "~",
        "<<: ",
        "type: wasi:p2",
        "\r\n",
        "apiVersion: componentgraph.dev/v1alpha1\n",
        "kind: ComponentGraph\n",
        "metadata: {name: g}\n",
        "podTemplate: ",
        "http: {routes: []}",
        "%YAML 1.2\n",
        "\0",
        "config: {a.b: c}",
    ])
}

fn survives(bytes: &[u8]) {
    for target in [Target::Laptop, Target::Cluster] {
        if let Err(problems) = read(bytes, "g.yaml", target) {
            assert!(!problems.is_empty());
            assert!(problems.to_string().contains("error["));
            assert!(serde_json::from_str::<serde_json::Value>(&problems.to_json()).is_ok());
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..300)) {
        survives(&bytes);
    }

    #[test]
    fn any_pieces_are_read_or_refused(pieces in vec(piece(), 0..60)) {
        survives(pieces.concat().as_bytes());
    }

    #[test]
    fn a_damaged_manifest_is_read_or_refused(
        cut in 0usize..3200, length in 0usize..40, put in vec(piece(), 0..4),
    ) {
        let mut bytes = include_bytes!("../../testdata/good/full.yaml").to_vec();
        let start = cut.min(bytes.len());
        let end = (start + length).min(bytes.len());
        bytes.splice(start..end, put.concat().into_bytes());
        survives(&bytes);
    }

    /// As JSON whatever the text. As YAML too, but for words of up to three letters such as `on`:
    /// serde_yaml leaves them without quotes, which is no text to kubectl and none to `read`.
    #[test]
    fn what_is_written_is_read_back(graph in valid_graph()) {
        let json = serde_json::to_vec_pretty(&graph).unwrap();
        let yaml = serde_yaml::to_string(&graph).unwrap();
        for text in [json.as_slice(), yaml.as_bytes()] {
            match read(text, "g.yaml", Target::Laptop) {
                Ok(manifest) => prop_assert_eq!(&manifest.graph, &graph),
                Err(problems) => prop_assert!(false, "{}\n{}", problems, String::from_utf8_lossy(text)),
            }
        }
    }

    #[test]
    fn any_text_survives_json(value in "(\\PC|[\n\t\r\"\\\\]){0,40}") {
        let mut graph = read(include_bytes!("../../testdata/good/laptop-file.yaml"), "g", Target::Laptop).unwrap().graph;
        graph.spec.components[0].config.insert("key".into(), value);
        let json = serde_json::to_vec(&graph).unwrap();
        match read(&json, "g.json", Target::Laptop) {
            Ok(manifest) => prop_assert_eq!(manifest.graph, graph),
            Err(problems) => prop_assert!(false, "{}\n{}", problems, String::from_utf8_lossy(&json)),
        }
    }
}
