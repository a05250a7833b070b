//! Problems as people and programs read them. It knows the shape of a problem and the text around
//! it, and decides nothing.

use annotate_snippets::{
    AnnotationKind, Group, Level, Message, Origin, Renderer, Snippet, normalize_untrusted_str,
    renderer::DecorStyle,
};
use serde::Serialize;

use crate::problem::{Position, Problem};

/// Whether text is coloured with terminal escapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    Always,
    Never,
}

/// Lines longer than this are not quoted: a manifest may be one line of a megabyte.
const LONGEST_LINE: usize = 4096;

/// More problems than this are counted, not listed.
const MOST: usize = 256;

/// Every problem with its place, field, expectation and fix, in the given order.
pub fn render_text(problems: &[Problem], name: &str, text: &str, colour: Colour) -> String {
    let renderer = match colour {
        Colour::Always => Renderer::styled(),
        Colour::Never => Renderer::plain(),
    }
    .decor_style(DecorStyle::Ascii);
    let mut shown = String::new();
    for problem in problems.iter().take(MOST) {
        shown.push_str(&renderer.render(&[group(problem, name, text)]));
        shown.push_str("\n\n");
    }
    if problems.len() > MOST {
        shown.push_str(&format!("… and {} more problems\n", problems.len() - MOST));
    }
    shown
}

/// The same data as JSON.
pub fn render_json(problems: &[Problem], name: &str) -> String {
    #[derive(Serialize)]
    struct Report<'a> {
        manifest: &'a str,
        problems: &'a [Problem],
    }
    serde_json::to_string_pretty(&Report { manifest: name, problems }).unwrap_or_default()
}

fn group<'a>(problem: &'a Problem, name: &'a str, text: &'a str) -> Group<'a> {
    let title = Level::ERROR.primary_title(problem.message.as_str()).id(problem.code);
    let group = match problem.position {
        None => title.element(Origin::path(name)),
        Some(position) => match quoted_line(text, position) {
            Some((line, span)) => title.element(
                Snippet::source(line)
                    .path(name)
                    .line_start(position.line as usize)
                    .annotation(AnnotationKind::Primary.span(span)),
            ),
            None => title.element(
                Origin::path(name)
                    .line(position.line as usize)
                    .char_column(position.column as usize),
            ),
        },
    };
    let field = (!problem.field.is_empty()).then_some(problem.field.as_str());
    group.elements(
        [
            ("field", field),
            ("expected", problem.expected.as_deref()),
            ("found", problem.found.as_deref()),
            ("fix", problem.fix.as_deref()),
        ]
        .into_iter()
        .filter_map(|(label, value)| Some(note(label, value?))),
    )
}

fn note<'a>(label: &'static str, value: &str) -> Message<'a> {
    Level::NOTE.with_name(Some(label)).message(normalize_untrusted_str(value))
}

/// The line of a position and the span in it, if both make sense for this text.
fn quoted_line(text: &str, position: Position) -> Option<(&str, std::ops::Range<usize>)> {
    let begin = text.get(..position.start)?.rfind('\n').map_or(0, |newline| newline + 1);
    let rest = text.get(begin..)?;
    let line = rest.split('\n').next()?.trim_end_matches('\r');
    let line = match line.strip_prefix('\u{feff}') {
        Some(after) if begin == 0 => after,
        _ => line,
    };
    let begin = begin + (rest.len() - rest.trim_start_matches('\u{feff}').len());
    if line.len() > LONGEST_LINE || line.trim().is_empty() {
        return None;
    }
    let start = line.floor_char_boundary(position.start.checked_sub(begin)?.min(line.len()));
    let end = line.ceil_char_boundary(position.end.saturating_sub(begin).clamp(start, line.len()));
    Some((line, start..end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_positions_and_hostile_text_are_shown_safely() {
        let texts = ["", "a: é\n", "\u{feff}a: 1\r\n\r\n", "\u{1b}[31m: \t x", &"x".repeat(9000)];
        for text in texts {
            for (start, end) in [(0, 0), (0, 4), (4, 5), (3, 1), (900, 1000), (usize::MAX, 0)] {
                let mut problem = Problem::new("odd", "a", "odd \u{1b}[2J").found("\u{1b}[0m");
                problem.position = Some(Position { line: 1, column: 1, start, end });
                let shown = render_text(&[problem], "g.yaml", text, Colour::Never);
                assert!(shown.contains("error[odd]: odd"), "{shown}");
                assert!(!shown.contains('\u{1b}'), "{shown}");
            }
        }
    }

    #[test]
    fn many_problems_are_counted() {
        let problems = vec![Problem::new("many", "", "many"); 300];
        let shown = render_text(&problems, "g.yaml", "", Colour::Never);
        assert!(shown.ends_with("… and 44 more problems\n"));
    }
}
