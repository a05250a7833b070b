//! Which graphs there are, and whether one has changed in what people write. A status that was
//! written wakes nobody: back-off would mean nothing otherwise. What is kept of a graph elsewhere
//! is forgotten here, once it is gone. What it is for is not known.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};

use kube::runtime::watcher::Event;

use crate::resource::Graph;

/// The graphs of one watch.
#[derive(Debug, Default)]
pub(super) struct Census(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// By uid, a print of what people write.
    known: HashMap<String, u64>,
    /// Those of a list that is not complete yet. They are news when it is: no store shows any of
    /// them before, and who looked would find what was there until then.
    listed: Vec<Graph>,
}

/// What an event means.
#[derive(Debug, Default)]
pub(super) struct News {
    /// Graphs that are new, or were changed by somebody.
    pub changed: Vec<Graph>,
    /// Uids of graphs that are gone.
    pub gone: Vec<String>,
}

impl Census {
    pub(super) fn note(&self, event: Event<Graph>) -> News {
        let mut state = self.lock();
        match event {
            Event::Apply(graph) => {
                News { changed: state.seen(graph).into_iter().collect(), gone: Vec::new() }
            }
            Event::Delete(graph) => {
                state.known.remove(graph.uid());
                News { changed: Vec::new(), gone: vec![graph.uid().to_owned()] }
            }
            Event::Init => {
                state.listed.clear();
                News::default()
            }
            Event::InitApply(graph) => {
                state.listed.push(graph);
                News::default()
            }
            Event::InitDone => state.complete(),
        }
    }

    /// A reconcile may end after its graph did.
    pub(super) fn knows(&self, uid: &str) -> bool {
        self.lock().known.contains_key(uid)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The graph, if it is news.
    fn seen(&mut self, graph: Graph) -> Option<Graph> {
        let print = print(&graph);
        let before = self.known.insert(graph.uid().to_owned(), print);
        (before != Some(print)).then_some(graph)
    }

    /// What a complete list does not have was deleted while nobody watched.
    fn complete(&mut self) -> News {
        let listed = std::mem::take(&mut self.listed);
        let uids: HashSet<_> = listed.iter().map(Graph::uid).collect();
        let gone: Vec<_> =
            self.known.keys().filter(|uid| !uids.contains(uid.as_str())).cloned().collect();
        self.known.retain(|uid, _| uids.contains(uid.as_str()));
        drop(uids);
        let changed = listed.into_iter().filter_map(|graph| self.seen(graph)).collect();
        News { changed, gone }
    }
}

/// The spec counts by its generation, which a deletion changes, too.
fn print(graph: &Graph) -> u64 {
    let mut hasher = DefaultHasher::new();
    let metadata = &graph.metadata;
    (metadata.generation, &metadata.labels, &metadata.annotations).hash(&mut hasher);
    metadata.deletion_timestamp.is_some().hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(uid: &str, generation: i64) -> Graph {
        let mut graph = Graph::default();
        graph.metadata.uid = Some(uid.to_owned());
        graph.metadata.generation = Some(generation);
        graph
    }

    fn wakes(census: &Census, graph: Graph) -> bool {
        !census.note(Event::Apply(graph)).changed.is_empty()
    }

    #[test]
    fn a_status_wakes_nobody_and_everything_people_write_does() {
        let census = Census::default();
        assert!(wakes(&census, graph("a", 1)));
        let mut written = graph("a", 1);
        written.status = Some(graph::Status::default());
        written.metadata.resource_version = Some("7".to_owned());
        assert!(!wakes(&census, written));
        assert!(wakes(&census, graph("a", 2)));
        let mut noted = graph("a", 2);
        noted.metadata.annotations = Some([("a".to_owned(), "b".to_owned())].into());
        assert!(wakes(&census, noted.clone()));
        assert!(!wakes(&census, noted));
        assert!(wakes(&census, graph("a", 2)));
    }

    #[test]
    fn what_is_gone_is_told_also_when_nobody_watched() {
        let census = Census::default();
        for uid in ["a", "b", "c"] {
            wakes(&census, graph(uid, 1));
        }
        assert_eq!(census.note(Event::Delete(graph("a", 1))).gone, ["a"]);
        assert!(!census.knows("a") && census.knows("b"));
        census.note(Event::Init);
        census.note(Event::InitApply(graph("c", 1)));
        census.note(Event::InitApply(graph("d", 1)));
        let news = census.note(Event::InitDone);
        assert_eq!(news.gone, ["b"]);
        assert_eq!(news.changed.iter().map(Graph::uid).collect::<Vec<_>>(), ["d"]);
        assert!(census.knows("c") && census.knows("d"));
    }

    #[test]
    fn a_list_is_news_when_it_is_complete() {
        let census = Census::default();
        wakes(&census, graph("a", 1));
        census.note(Event::Init);
        assert!(census.note(Event::InitApply(graph("a", 2))).changed.is_empty());
        // The watch broke again.
        census.note(Event::Init);
        assert!(census.note(Event::InitApply(graph("a", 2))).changed.is_empty());
        assert_eq!(census.note(Event::InitDone).changed.len(), 1);
    }
}
