//! The stable words that conditions give as reasons. A reason is one of these, or the code of a
//! problem in PascalCase; nothing else can be said.

use std::fmt;

use crate::refusal::pascal;

/// One word of the operator's own, and the conditions that may begin with it. `Ready` and `Stalled`
/// repeat what others say.
macro_rules! words {
    ($($word:ident in $($condition:literal)+;)+) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Word { $($word),+ }

        impl Word {
            /// Every word with its conditions.
            pub const ALL: &[(Self, &[&str])] = &[$((Self::$word, &[$($condition),+])),+];

            pub fn as_str(self) -> &'static str {
                match self { $(Self::$word => stringify!($word)),+ }
            }
        }
    };
}

// Of several troubles with pods the first in this order is told.
words! {
    StartFailed in "Available";
    QuotaExceeded in "Available";
    PodSecurity in "Available";
    PodsNotCreated in "Available";
    ImagePullFailed in "Available";
    Unschedulable in "Available";
    ContainerNotStarted in "Available";
    OutOfMemory in "Available";
    NodeCrashed in "Available";
    ContainerCrashed in "Available";
    Forbidden in "Available";
    Refused in "Available";
    AdmissionDenied in "Available";
    TooLarge in "Available";
    NamespaceTerminating in "Available";
    Conflict in "Available";
    ServerError in "Available";
    DeadlineExceeded in "Resolved" "Composed" "Available";
    Starting in "Available";
    NoPods in "Available";
    Serving in "Available";
    ScaledToZero in "Available";
    Accepted in "Accepted";
    NameConflict in "Accepted";
    Unreadable in "Accepted";
    NotAccepted in "Resolved" "Composed";
    Resolved in "Resolved";
    NotResolved in "Composed";
    Composed in "Composed";
    Ready in "Ready";
    RollingOut in "Ready" "Reconciling";
    RolloutStuck in "Ready" "Stalled";
    Retrying in "Reconciling";
    Done in "Reconciling";
    NotStalled in "Stalled";
}

/// Why a condition is as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    Own(Word),
    /// The code of a problem.
    Problem(&'static str),
}

impl From<Word> for Reason {
    fn from(word: Word) -> Self {
        Self::Own(word)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own(word) => f.write_str(word.as_str()),
            Self::Problem(code) => f.write_str(&pascal(code)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// First two cells of each row of the tables of reasons.
    fn rows(document: &str) -> BTreeSet<(String, String)> {
        let cells = document.lines().filter_map(|line| {
            let (condition, rest) = line.strip_prefix("| `")?.split_once("` | `")?;
            Some((condition.to_owned(), rest.split_once("` |")?.0.to_owned()))
        });
        cells.collect()
    }

    #[test]
    fn the_documented_reasons_are_all_there_are() {
        let document = include_str!("../../docs/conditions.md");
        let known = Word::ALL.iter().flat_map(|(word, conditions)| {
            let word = word.as_str().to_owned();
            conditions.iter().map(move |condition| ((*condition).to_owned(), word.clone()))
        });
        assert_eq!(rows(document), known.collect());
    }
}
