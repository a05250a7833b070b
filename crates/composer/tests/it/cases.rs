//! Every case of `testdata/cases` against its golden: the problems, or the ledger of what was
//! composed. `UPDATE_EXPECT=1` rewrites the goldens.

use std::path::{Path, PathBuf};

use composer::{Composition, plan};
use expect_test::expect_file;
use graph::Problem;
use wasmparser::{Validator, WasmFeatures};

use crate::case::{Case, parse};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata")
}

fn compose(case: &Case) -> Result<Composition, Vec<Problem>> {
    plan(&case.graph, &case.artifacts)?.compose()
}

fn report(outcome: &Result<Composition, Vec<Problem>>) -> String {
    match outcome {
        Ok(composition) => serde_json::to_string_pretty(&composition.ledger).expect("json") + "\n",
        Err(problems) => problems.iter().map(text).collect(),
    }
}

fn text(problem: &Problem) -> String {
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
    let mut files: Vec<_> = std::fs::read_dir(folder().join("cases"))
        .expect("cases")
        .map(|entry| entry.expect("entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "case"))
        .collect();
    files.sort();
    for file in files {
        let name = file.file_name().expect("name").to_string_lossy().into_owned();
        println!("{name}");
        let case = parse(&std::fs::read_to_string(&file).expect("case"));
        let outcome = compose(&case);
        if let Ok(composition) = &outcome {
            Validator::new_with_features(WasmFeatures::all())
                .validate_all(&composition.bytes)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        expect_file![file.with_extension("expect")].assert_eq(&report(&outcome));
    }
}
