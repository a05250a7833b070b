//! Whether the components of a graph fit together: the composer reads the WIT of every artifact and
//! checks every link before anything rolls. Untrusted wasm is parsed here and never compiled.

use std::sync::Arc;

use composer::{Composition, Ledger};
use graph::{ComponentGraph, Problem};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinError;

use crate::dereference::Artifacts;
use crate::reason::Reason;
use crate::refusal::{Refusal, Stage};

/// A few threads for parsing, and a few graphs whose artifacts are in memory, however many wait.
#[derive(Clone, Debug)]
pub struct Pool {
    threads: Arc<Semaphore>,
    graphs: Arc<Semaphore>,
}

/// For each thread, graphs that bring artifacts meanwhile: most of that is waiting.
const GRAPHS: usize = 4;

/// Leave to hold the artifacts of one graph.
#[derive(Debug)]
pub struct Turn(#[expect(dead_code, reason = "it is held, not read")] Option<OwnedSemaphorePermit>);

/// A graph whose links are settled.
#[derive(Clone, Debug, PartialEq)]
pub struct Composed {
    pub ledger: Ledger,
    /// Digest of the composition.
    pub digest: String,
}

impl Pool {
    pub fn new(threads: usize) -> Self {
        let threads = threads.max(1);
        let semaphore = |permits| Arc::new(Semaphore::new(permits));
        Self { threads: semaphore(threads), graphs: semaphore(threads.saturating_mul(GRAPHS)) }
    }

    /// Waits until another graph may be brought into memory.
    pub async fn turn(&self) -> Turn {
        // Only a closed semaphore gives none, and nobody closes it.
        Turn(Arc::clone(&self.graphs).acquire_owned().await.ok())
    }

    /// Composes the graph without holding up anything else.
    pub async fn check(
        &self,
        turn: Turn,
        graph: &ComponentGraph,
        artifacts: Artifacts,
    ) -> Result<Composed, Refusal> {
        let graph = graph.clone();
        match self.run(turn, move || check(&graph, &artifacts)).await {
            Ok(outcome) => outcome.map_err(|problems| refused(&problems)),
            Err(error) => Err(refused(&[failed(&error.to_string())])),
        }
    }

    /// Works on a thread of the pool. Nothing stops a thread: the bounds hold until it has ended,
    /// also when nobody waits for it any more.
    async fn run<T: Send + 'static>(
        &self,
        turn: Turn,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, JoinError> {
        let thread = Arc::clone(&self.threads).acquire_owned().await;
        let task = tokio::task::spawn_blocking(move || {
            // Dropped with the closure, also by a panic.
            let _held = (turn, thread);
            work()
        });
        task.await
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

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    const SOON: Duration = Duration::from_millis(200);

    #[tokio::test]
    async fn a_thread_nobody_waits_for_still_counts() {
        let pool = Pool::new(1);
        let (go, wait) = mpsc::channel::<()>();
        let first = pool.run(pool.turn().await, move || wait.recv());
        assert!(tokio::time::timeout(SOON, first).await.is_err());
        let second = pool.run(pool.turn().await, || ());
        tokio::pin!(second);
        assert!(tokio::time::timeout(SOON, &mut second).await.is_err());
        go.send(()).unwrap();
        second.await.unwrap();
    }

    #[tokio::test]
    async fn few_graphs_are_in_memory_at_once() {
        let pool = Pool::new(1);
        let mut turns = Vec::new();
        for _ in 0..GRAPHS {
            turns.push(pool.turn().await);
        }
        assert!(tokio::time::timeout(SOON, pool.turn()).await.is_err());
        turns.pop();
        pool.turn().await;
    }
}
