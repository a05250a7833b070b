//! One golden for each kind of bad manifest, kept beside it under `testdata/`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use expect_test::expect_file;
use graph::{Colour, Problems, Target, read};

fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata")
}

struct Row {
    file: String,
    codes: BTreeSet<String>,
}

/// The rows of the table in `README.md`.
fn rows() -> Vec<Row> {
    let table = std::fs::read_to_string(testdata().join("README.md")).unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| file"));
    rows.map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [file, what, codes] = cells[..] else { panic!("a row has three cells: {line}") };
        assert!(!what.is_empty(), "{line}");
        Row { file: file.to_owned(), codes: codes.split(", ").map(str::to_owned).collect() }
    })
    .collect()
}

fn refuse(bytes: &[u8], name: &str) -> Problems {
    let target = if name.starts_with("cluster-") { Target::Cluster } else { Target::Laptop };
    match read(bytes, name, target) {
        Ok(_) => panic!("{name} was accepted"),
        Err(problems) => problems,
    }
}

fn codes(problems: &Problems) -> BTreeSet<String> {
    problems.list().iter().map(|problem| problem.code.to_owned()).collect()
}

#[test]
fn each_bad_manifest_gets_the_problems_in_its_golden() {
    let mut wrong = Vec::new();
    for row in rows() {
        let path = testdata().join(&row.file);
        let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", row.file));
        let problems = refuse(&bytes, &row.file);
        if codes(&problems) != row.codes {
            wrong.push((row.file.clone(), codes(&problems)));
        }
        expect_file![path.with_extension("expect")].assert_eq(&problems.to_string());
    }
    assert!(wrong.is_empty(), "other codes than in README.md: {wrong:#?}");
}

#[test]
fn each_file_has_a_row_and_each_golden_a_file() {
    let listed: BTreeSet<String> = rows().into_iter().map(|row| row.file).collect();
    let mut found = BTreeSet::new();
    let mut goldens = BTreeSet::new();
    for entry in std::fs::read_dir(testdata()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        match path.extension().map(|e| e.to_string_lossy().into_owned()).as_deref() {
            Some("yaml" | "json") => assert!(found.insert(name)),
            Some("expect") => assert!(goldens.insert(path.file_stem().unwrap().to_owned())),
            _ => assert!(name == "README.md" || path.is_dir(), "{name} belongs to no case"),
        }
    }
    assert_eq!(found, listed, "files on the left, rows of README.md on the right");
    let stems = found.iter().map(|f| Path::new(f).file_stem().unwrap().to_owned()).collect();
    assert_eq!(goldens, stems);
}

/// Structure is right wherever a problem has a place at all: every problem of a case but those of
/// the file as a whole carries one, and the list is sorted by it.
#[test]
fn problems_carry_places_in_order() {
    for row in rows() {
        let bytes = std::fs::read(testdata().join(&row.file)).unwrap();
        let problems = refuse(&bytes, &row.file);
        let places: Vec<_> = problems.list().iter().map(|p| p.position.map(|p| p.start)).collect();
        if !row.codes.contains("empty-manifest") {
            assert!(places.iter().all(Option::is_some), "{}", row.file);
        }
        assert!(places.is_sorted(), "{}", row.file);
    }
}

const HEAD: &str =
    "apiVersion: componentgraph.dev/v1alpha1\nkind: ComponentGraph\nmetadata: {name: g}\nspec:\n";

#[test]
fn a_hundred_and_twenty_nine_components_are_too_many() {
    let manifest = |count: usize| {
        let entry = |i| format!("    - {{name: c{i}, builtin: hello-log}}\n");
        format!("{HEAD}  components:\n{}", (0..count).map(entry).collect::<String>())
    };
    assert!(read(manifest(128).as_bytes(), "g.yaml", Target::Laptop).is_ok());
    let problems = refuse(manifest(129).as_bytes(), "g.yaml");
    expect_test::expect![[r#"
        error[too-many]: `spec.components` has too many entries
         --> g.yaml:5:3
          |
        5 |   components:
          |   ^^^^^^^^^^
          |
          = field: spec.components
          = expected: at most 128
          = found: 129
          = fix: remove some, or split the graph

    "#]]
    .assert_eq(&problems.to_string());
}

#[test]
fn large_manifests_are_refused_by_size() {
    let padding = "#".repeat((1 << 20) + 1);
    assert_eq!(
        codes(&refuse(padding.as_bytes(), "g.yaml")),
        ["too-large"].map(|s| format!("manifest-{s}")).into()
    );
    let value = "x".repeat(30_000);
    let config: String = (0..20).map(|i| format!("        k{i}: {value}\n")).collect();
    let manifest = format!(
        "{HEAD}  components:\n    - name: a\n      builtin: hello-log\n      config:\n{config}"
    );
    assert_eq!(codes(&refuse(manifest.as_bytes(), "g.yaml")), ["too-long".to_owned()].into());
    let overlay = format!(
        "{HEAD}  components: [{{name: a, builtin: hello-log}}]\n  podTemplate: {{a: {}}}\n",
        "x".repeat(33_000)
    );
    assert_eq!(codes(&refuse(overlay.as_bytes(), "g.yaml")), ["too-long".to_owned()].into());
}

#[test]
fn json_output_holds_the_same_data() {
    let bytes = std::fs::read(testdata().join("unknown-import.yaml")).unwrap();
    let problems = refuse(&bytes, "g.yaml");
    assert!(problems.to_text(Colour::Always).contains("\u{1b}["));
    expect_test::expect![[r#"
        {
          "manifest": "g.yaml",
          "problems": [
            {
              "code": "unknown-import",
              "field": "spec.components[0].imports[0]",
              "message": "component `guest` imports `otell`, which does not exist",
              "expected": "`otel`",
              "found": "`otell`",
              "fix": "write `otel`, or add a component or capability `otell`",
              "position": {
                "line": 6,
                "column": 51
              }
            },
            {
              "code": "unknown-import",
              "field": "spec.components[0].imports[1]",
              "message": "component `guest` imports `elephant`, which does not exist",
              "expected": "`otel`",
              "found": "`elephant`",
              "fix": "add a component or capability `elephant`, or remove the import",
              "position": {
                "line": 6,
                "column": 58
              }
            }
          ]
        }"#]]
    .assert_eq(&problems.to_json());
}

/// A megabyte of mistakes takes a bounded time and gives a bounded list.
#[test]
fn many_mistakes_are_listed_up_to_a_bound() {
    let spec = |body: &str, times: usize| format!("{HEAD}  components: [{}]\n", body.repeat(times));
    let anchors = spec("&a {name: b, builtin: hello-log}, ", 20_000);
    let unknown = spec("{x: 1, name: b, builtin: hello-log, imports: [q]}, ", 18_000);
    let wide = format!("{HEAD}  podTemplate: {{{}}}\n", "a: [{b: c}], ".repeat(70_000));
    for manifest in [anchors, unknown, wide] {
        let problems = refuse(manifest.as_bytes(), "g.yaml");
        assert!((1..1000).contains(&problems.list().len()), "{}", problems.list().len());
        assert!(problems.to_string().len() < 1 << 20);
    }
}
