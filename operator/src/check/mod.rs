//! Whether the components of a graph fit together: the composer reads the WIT of every artifact and
//! checks every link before anything rolls. Untrusted wasm is parsed here and never compiled.

use std::sync::Arc;

use composer::{Composition, Ledger};
use graph::{ComponentGraph, Problem};
use tokio::sync::Semaphore;

use crate::dereference::Artifacts;
use crate::reason::Reason;
use crate::refusal::{Refusal, Stage};

/// A few threads for parsing, however many graphs wait.
#[derive(Clone, Debug)]
pub struct Pool(Arc<Semaphore>);

/// A graph whose links are settled.
#[derive(Clone, Debug, PartialEq)]
pub struct Composed {
    pub ledger: Ledger,
    /// Digest of the composition.
    pub digest: String,
}

impl Pool {
    pub fn new(threads: usize) -> Self {
        Self(Arc::new(Semaphore::new(threads.max(1))))
    }

    /// Composes the graph without holding up anything else.
    pub async fn check(
        &self,
        graph: &ComponentGraph,
        artifacts: Artifacts,
    ) -> Result<Composed, Refusal> {
        // Only a closed semaphore gives none, and nobody closes it.
        let _turn = self.0.acquire().await;
        let graph = graph.clone();
        let task = tokio::task::spawn_blocking(move || check(&graph, &artifacts));
        match task.await {
            Ok(outcome) => outcome.map_err(|problems| refused(&problems)),
            Err(error) => Err(refused(&[failed(&error.to_string())])),
        }
    }
}

/// The check itself.
pub(crate) fn check(
    graph: &ComponentGraph,
    artifacts: &Artifacts,
) -> Result<Composed, Vec<Problem>> {
    let Composition { digest, ledger, .. } = composer::plan(graph, artifacts)?.compose()?;
    Ok(Composed { ledger, digest })
}

fn refused(problems: &[Problem]) -> Refusal {
    Refusal::of(Stage::Composed, problems).unwrap_or_else(|| {
        let message = "the components cannot be composed";
        Refusal::new(Stage::Composed, Reason::Problem("composition-failed"), message)
    })
}

fn failed(why: &str) -> Problem {
    let message = format!("the components cannot be composed: {why}");
    Problem::new("composition-failed", "spec.components", message)
}
