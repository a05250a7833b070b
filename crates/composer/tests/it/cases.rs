//! Every case of `testdata/cases` against its golden: the problems, or the wiring and the outside
//! of what was composed. `UPDATE_EXPECT=1` rewrites the goldens.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use composer::{Composition, Format, describe, format, ledger_of, plan};
use expect_test::expect_file;
use graph::Problem;
use wasmparser::{Validator, WasmFeatures};

use crate::case::{Case, parse};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata")
}

/// Name and text of every case, by name.
pub(crate) fn all() -> Vec<(String, PathBuf)> {
    let entries = std::fs::read_dir(folder().join("cases")).expect("cases");
    let paths = entries.map(|entry| entry.expect("entry").path());
    let mut cases: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "case"))
        .map(|path| (path.file_stem().expect("name").to_string_lossy().into_owned(), path))
        .collect();
    cases.sort();
    cases
}

pub(crate) fn case(name: &str) -> Case {
    let path = folder().join("cases").join(name).with_extension("case");
    parse(&std::fs::read_to_string(path).expect("case"))
}

pub(crate) fn composed(name: &str) -> Composition {
    compose(&case(name)).expect("composition")
}

pub(crate) fn compose(case: &Case) -> Result<Composition, Vec<Problem>> {
    plan(&case.graph, &case.artifacts)?.compose()
}

fn report(outcome: &Result<Composition, Vec<Problem>>) -> String {
    match outcome {
        Ok(composition) => {
            let outside = outside(&composition.bytes);
            format!("{}\n{outside}", format(&composition.ledger, Format::Text))
        }
        Err(problems) => problems.iter().map(text).collect(),
    }
}

/// The root imports and exports as they are in the bytes.
pub(crate) fn outside(bytes: &[u8]) -> String {
    let described = describe(bytes).expect("a composition can be described");
    let line = |head: &str, item: &composer::Described| {
        let functions: Vec<_> = item.functions.iter().map(|f| format!("    {f}\n")).collect();
        format!("  {head} {}\n{}", item.name, functions.concat())
    };
    let imports = described.imports.iter().map(|item| line("import", item));
    let exports = described.exports.iter().map(|item| line("export", item));
    format!("composition\n{}", imports.chain(exports).collect::<String>())
}

pub(crate) fn text(problem: &Problem) -> String {
    let mut text = format!("[{}] {}\n  {}\n", problem.code, problem.field, problem.message);
    for (head, part) in
        [("expected", &problem.expected), ("found", &problem.found), ("fix", &problem.fix)]
    {
        if let Some(part) = part {
            text += &format!("  {head}: {part}\n");
        }
    }
    text
}

#[test]
fn every_case_meets_its_golden() {
    for (name, path) in all() {
        println!("{name}");
        let case = case(&name);
        let outcome = compose(&case);
        if let Ok(composition) = &outcome {
            Validator::new_with_features(WasmFeatures::all())
                .validate_all(&composition.bytes)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(ledger_of(&composition.bytes).as_ref(), Some(&composition.ledger), "{name}");
        }
        expect_file![path.with_extension("expect")].assert_eq(&report(&outcome));
    }
}

#[test]
fn every_case_has_a_row_and_every_row_a_case() {
    let readme = std::fs::read_to_string(folder().join("README.md")).expect("README");
    let rows = readme.lines().skip_while(|line| !line.starts_with("|---")).skip(1);
    let rows: BTreeSet<_> =
        rows.filter_map(|row| Some(row.split('|').nth(1)?.trim().to_owned())).collect();
    let cases: BTreeSet<_> = all().into_iter().map(|(name, _)| name).collect();
    assert_eq!(rows, cases);
    let goldens = std::fs::read_dir(folder().join("cases")).expect("cases").count();
    assert_eq!(goldens, 2 * cases.len(), "a case without a golden, or a golden without a case");
}

#[test]
fn a_plan_without_an_artifact_is_a_plan_but_no_composition() {
    let mut case = case("diamond");
    case.artifacts.remove("top");
    let plan = plan(&case.graph, &case.artifacts).expect("plan");
    assert_eq!(plan.ledger().links.len(), 2);
    let problems = plan.compose().expect_err("no composition");
    let codes: Vec<_> = problems.iter().map(|p| (p.code, p.field.as_str())).collect();
    assert_eq!(codes, [("missing-artifact", "spec.components[0]")]);
}

#[test]
fn a_plan_may_be_made_on_another_thread() {
    fn sendable<T: Send>() {}
    sendable::<composer::Plan>();
}
