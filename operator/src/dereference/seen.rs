//! What is there of one graph: its children, its pods, and the revisions that something still runs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use graph::Status;
use k8s_openapi::api::core::v1::Pod;
use kube::ResourceExt;
use kube::core::DynamicObject;
use kube::runtime::reflector::ObjectRef;

use super::{Recent, Stores};
use crate::child::{Kind, is_owned};
use crate::resource::Graph;
use crate::words;

/// A child by kind and name.
pub(crate) type Named = (Kind, String);

/// The objects of one graph.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// Whatever carries the label of the graph, whoever made it.
    pub objects: BTreeMap<Named, Arc<DynamicObject>>,
    pub pods: Vec<Arc<Pod>>,
    /// Revisions that a ReplicaSet names.
    pub running: BTreeSet<String>,
    /// The graph's status as it is stored, or was written since.
    pub status: Option<Status>,
}

impl Seen {
    /// Reads the stores. `recent` knows of writes that did not come back by a watch yet; `written` is
    /// a status of that kind.
    pub(crate) fn read(
        stores: &Stores,
        graph: &Graph,
        recent: &Recent,
        written: Option<Status>,
    ) -> Self {
        let (namespace, name) = (graph.namespace(), graph.name());
        let mut objects = BTreeMap::new();
        for (kind, store) in &stores.children {
            let found = match kind {
                Kind::ConfigMap => store.state_filter(|o| {
                    o.metadata.namespace.as_deref() == Some(namespace)
                        && label(o, words::GRAPH) == Some(name)
                }),
                // Of every other kind there is at most one, under the name of the graph.
                _ => {
                    let at = ObjectRef::new_with(name, kind.resource()).within(namespace);
                    store.get(&at).into_iter().collect()
                }
            };
            objects.extend(found.into_iter().map(|o| ((*kind, o.name_any()), o)));
        }
        recent.overlay(graph.uid(), &mut objects);
        let pods = stores.pods.state_filter(|pod| {
            pod.metadata.namespace.as_deref() == Some(namespace)
                && label(pod, words::GRAPH) == Some(name)
        });
        let sets = stores.replica_sets.state_filter(|set| {
            set.metadata.namespace.as_deref() == Some(namespace)
                && label(set, words::GRAPH) == Some(name)
        });
        let running =
            sets.iter().filter_map(|set| label(set.as_ref(), words::REVISION)).map(str::to_owned);
        let status = written.or_else(|| graph.status.clone());
        Self { objects, running: running.collect(), pods, status }
    }

    pub(crate) fn get(&self, kind: Kind, name: &str) -> Option<&Arc<DynamicObject>> {
        self.objects.get(&(kind, name.to_owned()))
    }

    /// The stored revisions of the graph, the newest first.
    pub(crate) fn revisions(&self, uid: &str) -> Vec<&Arc<DynamicObject>> {
        let maps = self.objects.iter().filter(|((kind, _), _)| *kind == Kind::ConfigMap);
        let mut found: Vec<_> = maps
            .map(|(_, object)| object)
            .filter(|o| is_owned(&o.metadata, uid) && o.annotations().contains_key(words::INPUT))
            .collect();
        found.sort_by_key(|o| {
            let made = o.metadata.creation_timestamp.as_ref().map(|time| time.0);
            (std::cmp::Reverse(made), o.name_any())
        });
        found
    }
}

fn label<'a, K: ResourceExt>(object: &'a K, key: &str) -> Option<&'a str> {
    object.meta().labels.as_ref()?.get(key).map(String::as_str)
}
