//! One test per row of `testdata/README.md`: `case.json` goes in, `outcome.txt` must come out.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use artifacts::{Artifact, Options, digest, load};
use expect_test::expect_file;
use graph::{ComponentGraph, Problem};
use serde_json::{Value, json};

use crate::files;
use crate::server::Server;

fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata")
}

/// Names in the first column of the table.
fn rows() -> BTreeSet<String> {
    let table = fs::read_to_string(testdata().join("README.md")).unwrap();
    let cells = table.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    let names: Vec<_> = cells.map(|(name, _)| name.to_owned()).collect();
    let set: BTreeSet<_> = names.iter().cloned().collect();
    assert_eq!(set.len(), names.len(), "a row is there twice");
    set
}

fn folders() -> BTreeSet<String> {
    let entries = fs::read_dir(testdata()).unwrap().map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.path().is_dir());
    folders.map(|entry| entry.file_name().into_string().unwrap()).collect()
}

#[test]
fn each_row_has_a_folder_and_each_folder_a_row() {
    assert_eq!(rows(), folders());
}

#[tokio::test(flavor = "multi_thread")]
async fn goldens() {
    let server = Server::start().await;
    for case in rows() {
        let folder = testdata().join(&case);
        let text = fs::read_to_string(folder.join("case.json")).unwrap();
        let outcome = run(&case, &server.fill_in(&text)).await;
        expect_file![folder.join("outcome.txt")].assert_eq(&server.take_out(&outcome));
    }
}

async fn run(case: &str, text: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    files::make(case, dir.path());
    let place = dir.path().display().to_string();
    let case: Value = serde_json::from_str(&text.replace("$DIR", &place)).unwrap();
    let (artifacts, problems) =
        load(&graph(&case["components"]), &options(&case, dir.path())).await;
    render(&artifacts, &problems).replace(&place, "$DIR")
}

pub(crate) fn graph(components: &Value) -> ComponentGraph {
    let graph = json!({
        "apiVersion": graph::API_VERSION, "kind": graph::KIND,
        "metadata": {"name": "test"}, "spec": {"components": components},
    });
    serde_json::from_value(graph).unwrap()
}

fn options(case: &Value, dir: &Path) -> Options {
    let mut options = Options::new(dir);
    options.fetch_timeout = Duration::from_millis(case["timeoutMs"].as_u64().unwrap_or(20_000));
    options.max_bytes = case["maxBytes"].as_u64().unwrap_or(Options::MAX_BYTES);
    options.config_map_dir = case["configMapDir"].as_str().map(PathBuf::from);
    if let Some(substitutes) = case["substitutes"].as_object() {
        for (name, path) in substitutes {
            options.substitutes.insert(name.clone(), path.as_str().unwrap().into());
        }
    }
    options
}

pub(crate) fn render(artifacts: &BTreeMap<String, Artifact>, problems: &[Problem]) -> String {
    let mut out = String::new();
    for (name, artifact) in artifacts {
        assert_eq!(artifact.digest, digest(&artifact.bytes));
        writeln!(out, "loaded: {name}").unwrap();
    }
    for problem in problems {
        writeln!(out, "{} at {}", problem.code, problem.field).unwrap();
        writeln!(out, "  {}", problem.message).unwrap();
        let details =
            [("expected", &problem.expected), ("found", &problem.found), ("fix", &problem.fix)];
        for (label, text) in details {
            if let Some(text) = text {
                writeln!(out, "  {label}: {text}").unwrap();
            }
        }
    }
    without_error_numbers(&out)
}

/// They differ between operating systems.
fn without_error_numbers(text: &str) -> String {
    let lines = text.lines().map(|line| match line.split_once(" (os error ") {
        Some((before, after)) => format!("{before}{}", after.split_once(')').unwrap().1),
        None => line.to_owned(),
    });
    lines.map(|line| line + "\n").collect()
}
