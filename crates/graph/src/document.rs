//! The text of a manifest together with where everything stands in it, and the problems found in
//! it, sorted by place. It does not know who found them or how they are shown.

use std::fmt;
use std::sync::Arc;

use crate::problem::{Position, Problem};
use crate::render::{Colour, render_json, render_text};
use crate::tree::{Node, Span};

/// The text of one manifest, under the name by which its user knows it.
pub struct Document {
    name: String,
    text: String,
    lines: Lines,
    tree: Option<Node>,
}

impl Document {
    /// A manifest whose text was not read or is not YAML: problems in it keep no place.
    pub fn without_tree(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Self::new(name.into(), text.into(), None)
    }

    pub(crate) fn new(name: String, text: String, tree: Option<Node>) -> Arc<Self> {
        let lines = Lines::new(&text);
        Arc::new(Self { name, text, lines, tree })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where a field stands: itself, or its nearest parent that is in the text. What is said on the
    /// command line (`--…`) or in the environment (`$…`) is not in the text.
    pub fn locate(&self, field: &str) -> Option<Position> {
        if field.starts_with(['-', '$']) {
            return None;
        }
        let tree = self.tree.as_ref()?;
        Some(self.lines.position(&self.text, tree.locate(field)))
    }

    /// Gives each problem its place, if it has none yet, and sorts them by place.
    pub fn problems(self: &Arc<Self>, list: Vec<Problem>) -> Problems {
        let mut problems = Problems { document: Arc::clone(self), list: Vec::new() };
        problems.extend(list);
        problems
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Everything wrong with one manifest, sorted by place. Problems without a place come last.
#[derive(Clone, Debug)]
pub struct Problems {
    document: Arc<Document>,
    list: Vec<Problem>,
}

impl Problems {
    pub fn document(&self) -> &Arc<Document> {
        &self.document
    }

    pub fn list(&self) -> &[Problem] {
        &self.list
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Adds problems that others found in the same manifest.
    pub fn extend(&mut self, more: Vec<Problem>) {
        for mut problem in more {
            if problem.position.is_none() {
                problem.position = self.document.locate(&problem.field);
            }
            self.list.push(problem);
        }
        self.list.sort_by(|a, b| order(a).cmp(&order(b)));
        self.list.dedup();
    }

    pub fn to_text(&self, colour: Colour) -> String {
        render_text(&self.list, &self.document.name, &self.document.text, colour)
    }

    pub fn to_json(&self) -> String {
        render_json(&self.list, &self.document.name)
    }
}

fn order(problem: &Problem) -> (bool, usize, &str, &str, &str) {
    let start = problem.position.map(|position| position.start);
    let place = start.unwrap_or_default();
    (start.is_none(), place, &problem.field, problem.code, &problem.message)
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text(Colour::Never))
    }
}

impl std::error::Error for Problems {}

/// Where the lines of a text begin.
pub(crate) struct Lines(Vec<usize>);

impl Lines {
    pub(crate) fn new(text: &str) -> Self {
        let after_newline = text.match_indices('\n').map(|(at, _)| at + 1);
        Self(std::iter::once(0).chain(after_newline).collect())
    }

    /// The place of a span, cut to its first line: a place is shown, not quoted at length.
    pub(crate) fn position(&self, text: &str, span: Span) -> Position {
        let start = text.floor_char_boundary(span.start);
        let line = self.0.partition_point(|begin| *begin <= start).max(1);
        let begin = self.0.get(line - 1).copied().unwrap_or_default();
        let before = text.get(begin..start).unwrap_or_default();
        let next = self.0.get(line).copied().unwrap_or(text.len());
        let rest = text.get(start..next).unwrap_or_default();
        let line_end = start + rest.trim_end_matches(['\n', '\r']).len();
        let end = text.floor_char_boundary(span.end.max(start)).clamp(start, line_end);
        Position {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(before.trim_start_matches('\u{feff}').chars().count() + 1)
                .unwrap_or(u32::MAX),
            start,
            end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_stay_inside_the_text() {
        let text = "é: x\r\nab: ü\n";
        let lines = Lines::new(text);
        let place = |start, end| {
            let position = lines.position(text, start..end);
            assert!(text.get(position.start..position.end).is_some());
            (position.line, position.column)
        };
        assert_eq!(place(0, 2), (1, 1));
        assert_eq!(place(4, 40), (1, 4));
        assert_eq!(place(1, 2), (1, 1), "inside a character");
        assert_eq!(place(11, 12), (2, 5));
        assert_eq!(place(400, 3), (3, 1), "beyond the end, and backwards");
    }

    #[test]
    fn problems_are_sorted_by_place_and_located_once() {
        let text = "spec:\n  components: []\n  replicas: 1\n";
        let tree = crate::tree::parse(text).root;
        let document = Document::new("g.yaml".into(), text.into(), tree);
        let mut problems = document.problems(vec![Problem::new("b", "spec.replicas", "later")]);
        problems.extend(vec![Problem::new("a", "spec.components[0].file", "earlier")]);
        let found: Vec<_> =
            problems.list().iter().map(|p| (p.code, p.position.unwrap().line)).collect();
        assert_eq!(found, [("a", 2), ("b", 3)]);
        assert_eq!(document.locate("$VARIABLE"), None);
        let unread = Document::without_tree("g.yaml", "");
        assert_eq!(unread.problems(vec![Problem::new("a", "spec", "x")]).list()[0].position, None);
    }
}
