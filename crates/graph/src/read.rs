//! From bytes to a checked manifest: bounds → text → tree → structure → types → static checks. It
//! opens no file, and knows the target only as a word.

use std::sync::Arc;

use crate::check::check;
use crate::document::{Document, Lines, Problems};
use crate::manifest::{ComponentGraph, KIND};
use crate::problem::Problem;
use crate::shape::Target;
use crate::tree::{Kind, Node, entry, parse};
use crate::walk::{Walked, walk};

/// A graph without problems of its own, and the text it came from.
#[derive(Clone, Debug)]
pub struct Manifest {
    pub graph: ComponentGraph,
    pub document: Arc<Document>,
}

impl Manifest {
    /// Problems that others found in this graph, with their places and sorted.
    pub fn problems(&self, list: Vec<Problem>) -> Problems {
        self.document.problems(list)
    }
}

const MAX_BYTES: usize = 1 << 20;
const MAX_SPEC_BYTES: usize = 512 << 10;

/// Reads a manifest and checks all that can be checked without artifacts. `name` is what problems
/// call the file.
pub fn read(bytes: &[u8], name: &str, target: Target) -> Result<Manifest, Problems> {
    let text = decode(bytes, name)?;
    let parsed = parse(text);
    let lines = Lines::new(text);
    let mut problems = Vec::new();
    for (mut problem, span) in parsed.problems {
        problem.position = Some(lines.position(text, span));
        problems.push(problem);
    }
    let walked = match &parsed.root {
        Some(root) if !root.is_null() => Some(walk_if_ours(text, root, target)),
        _ => {
            if problems.is_empty() {
                problems.push(empty());
            }
            None
        }
    };
    let document = Document::new(name.to_owned(), text.to_owned(), parsed.root);
    let Some(walked) = walked else { return Err(document.problems(problems)) };
    problems.extend(walked.problems);
    finish(document, walked.value, problems)
}

fn finish(
    document: Arc<Document>,
    value: serde_json::Value,
    mut problems: Vec<Problem>,
) -> Result<Manifest, Problems> {
    let spec_bytes = value.get("spec").and_then(|spec| serde_json::to_vec(spec).ok());
    let spec_bytes = spec_bytes.map_or(0, |bytes| bytes.len());
    if spec_bytes > MAX_SPEC_BYTES {
        problems.push(
            Problem::new("too-long", "spec", "`spec` is too large")
                .expected("at most 512 KiB as JSON")
                .found(format!("{spec_bytes} bytes"))
                .fix("move configuration into ConfigMaps, or split the graph"),
        );
    }
    match serde_json::from_value::<ComponentGraph>(value) {
        Ok(graph) => {
            // The wrong kind of file would only be flooded with further problems.
            if !problems.iter().any(is_not_ours) {
                problems.extend(check(&graph));
            }
            if problems.is_empty() {
                return Ok(Manifest { graph, document });
            }
        }
        // The structure was checked against the same shape as the types: only a mistake in the
        // shape itself leads here, and even that must not pass for a graph.
        Err(error) if problems.is_empty() => {
            let message = format!("the manifest does not fit the types of a graph: {error}");
            problems.push(Problem::new("shape", "", message));
        }
        Err(_) => {}
    }
    Err(document.problems(problems))
}

fn is_not_ours(problem: &Problem) -> bool {
    matches!(problem.code, "wrong-kind" | "wrong-api-version")
}

/// A manifest of another kind has one problem, not one for each of its keys.
fn walk_if_ours(text: &str, root: &Node, target: Target) -> Walked {
    let mut walked = walk(text, root, target);
    if let Kind::Mapping(entries) = &root.kind
        && walked.problems.iter().any(is_not_ours)
    {
        let kind = entry(entries, "kind").and_then(|e| e.value.scalar());
        let other_kind = kind.is_some_and(|kind| kind.text != KIND);
        walked.problems.retain(|p| is_not_ours(p) && (!other_kind || p.code == "wrong-kind"));
    }
    walked
}

fn empty() -> Problem {
    Problem::new("empty-manifest", "", "the manifest is empty")
        .expected("a ComponentGraph")
        .fix("begin with `apiVersion: componentgraph.dev/v1alpha1`")
}

/// The text of a manifest that is not too large and is UTF-8.
fn decode<'a>(bytes: &'a [u8], name: &str) -> Result<&'a str, Problems> {
    if bytes.len() > MAX_BYTES {
        let problem = Problem::new("manifest-too-large", "", "the manifest is too large")
            .expected("at most 1 MiB")
            .found(format!("{} bytes", bytes.len()))
            .fix("give the manifest, not an artifact; move data into ConfigMaps");
        return Err(Document::without_tree(name, "").problems(vec![problem]));
    }
    std::str::from_utf8(bytes).map_err(|error| not_utf8(bytes, error.valid_up_to(), name))
}

fn not_utf8(bytes: &[u8], valid: usize, name: &str) -> Problems {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let fix = if matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) {
        "the file looks like UTF-16: save it as UTF-8"
    } else {
        "save the file as UTF-8"
    };
    let mut problem = Problem::new("not-utf8", "", "the manifest is not UTF-8 text")
        .expected("UTF-8")
        .found(match bytes.get(valid) {
            Some(byte) => format!("the byte 0x{byte:02x}"),
            None => "the end in the middle of a character".to_owned(),
        })
        .fix(fix);
    problem.position = Some(Lines::new(&text).position(&text, valid..valid + 1));
    Document::without_tree(name, text).problems(vec![problem])
}
