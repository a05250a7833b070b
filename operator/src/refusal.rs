//! Why a graph is not rolled out: the step that refused, one stable word, and the text a user reads.

use graph::Problem;

use crate::reason::Reason;

/// The condition that turns false.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The manifest itself, and what it collides with.
    Accepted,
    /// Its sources.
    Resolved,
    /// Its links.
    Composed,
    /// The objects made for it.
    Available,
}

/// One refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub stage: Stage,
    pub reason: Reason,
    pub message: String,
    /// Whether it may pass without anybody changing the graph.
    pub passing: bool,
}

impl Refusal {
    pub fn new(stage: Stage, reason: impl Into<Reason>, message: impl Into<String>) -> Self {
        Self { stage, reason: reason.into(), message: message.into(), passing: false }
    }

    /// The same, and it may pass if `passing` says so.
    pub fn or_passing(self, passing: bool) -> Self {
        Self { passing: self.passing || passing, ..self }
    }

    /// All problems of one step; the first gives the reason. `None` without problems.
    pub fn of(stage: Stage, problems: &[Problem]) -> Option<Self> {
        let first = problems.first()?;
        let message = problems.iter().map(sentence).collect::<Vec<_>>().join("\n");
        let passing = problems.iter().any(|problem| PASSING.contains(&problem.code));
        Some(Self { stage, reason: Reason::Problem(first.code), message, passing })
    }
}

/// Problems of the world rather than of the graph.
const PASSING: [&str; 10] = [
    "config-map-key-missing",
    "config-map-missing",
    "config-map-unreadable",
    "fetch-failed",
    "image-not-found",
    "image-unauthorized",
    "pull-secret-bad",
    "pull-secret-missing",
    "pull-secret-not-readable",
    "untrusted-certificate",
];

/// A problem as one line: place, what is wrong, what was expected and found, what to do.
pub(crate) fn sentence(problem: &Problem) -> String {
    let mut text = String::new();
    if !problem.field.is_empty() {
        text = format!("{}: ", problem.field);
    }
    text.push_str(&problem.message);
    let parts = [("expected", &problem.expected), ("found", &problem.found), ("fix", &problem.fix)];
    for (word, part) in parts {
        if let Some(part) = part {
            text.push_str(&format!("; {word}: {part}"));
        }
    }
    text
}

/// `unknown-import` → `UnknownImport`.
pub(crate) fn pascal(code: &str) -> String {
    let words = code.split('-').map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_problems_are_told_and_the_first_gives_the_reason() {
        let problems = [
            Problem::new("unknown-import", "spec.components[0].imports[0]", "no such thing")
                .expected("`otel`")
                .found("`otell`")
                .fix("write `otel`"),
            Problem::new("fetch-failed", "", "no answer"),
        ];
        let refusal = Refusal::of(Stage::Composed, &problems).unwrap();
        assert_eq!(refusal.reason.to_string(), "UnknownImport");
        assert_eq!(
            refusal.message,
            "spec.components[0].imports[0]: no such thing; expected: `otel`; found: `otell`; \
             fix: write `otel`\nno answer"
        );
        assert!(refusal.passing);
        assert_eq!(Refusal::of(Stage::Accepted, &[]), None);
    }
}
