//! What the server holds of all graphs in one place, kept up to date by watches. One label selects
//! all of it, so that other people's objects cost nothing.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use k8s_openapi::api::apps::v1::ReplicaSet;
use k8s_openapi::api::core::v1::Pod;
use kube::core::{DynamicObject, PartialObjectMeta, TypeMeta};
use kube::runtime::reflector::store::Writer;
use kube::runtime::reflector::{ObjectRef, Store, store};
use kube::runtime::watcher::Event;
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Client, Resource, ResourceExt};
use serde::de::DeserializeOwned;

use super::{Recent, Rewatch};
use crate::child::Kind;
use crate::resource::Graph;
use crate::words;

/// The stores of one namespace, or of all.
#[derive(Clone)]
pub struct Stores {
    pub children: BTreeMap<Kind, Store<DynamicObject>>,
    pub pods: Store<Pod>,
    pub replica_sets: Store<PartialObjectMeta<ReplicaSet>>,
}

/// Streams that fill the stores while they are polled. Each item says which graph something
/// happened to.
pub(crate) type Watches = Vec<BoxStream<'static, Result<ObjectRef<Graph>, watcher::Error>>>;

/// Opens the stores and the streams that fill them. `namespace` is `None` for all;
/// `recent` is told what has ended.
pub(crate) fn open(
    client: &Client,
    namespace: Option<&str>,
    recent: &Arc<Recent>,
) -> (Stores, Watches) {
    let mut watches = Watches::new();
    let mut children = BTreeMap::new();
    for kind in Kind::ALL {
        let resource = kind.resource();
        let api = match namespace {
            Some(namespace) => Api::namespaced_with(client.clone(), namespace, &resource),
            None => Api::all_with(client.clone(), &resource),
        };
        let writer = Writer::<DynamicObject>::new(resource);
        children.insert(kind, writer.as_reader());
        let note = endings(kind, Arc::clone(recent));
        watches.push(watch(api, writer, note, move |object| prune(kind, object)));
    }
    let (pods, writer) = store::<Pod>();
    watches.push(watch(scoped(client, namespace), writer, |_| (), prune_pod));
    let (replica_sets, writer) = store::<PartialObjectMeta<ReplicaSet>>();
    watches.push(watch(
        scoped(client, namespace),
        writer,
        |_| (),
        |set| {
            forget_fields(set.meta_mut());
        },
    ));
    (Stores { children, pods, replica_sets }, watches)
}

impl Stores {
    /// Waits until every store is complete.
    pub async fn ready(&self) -> bool {
        for store in self.children.values() {
            if store.wait_until_ready().await.is_err() {
                return false;
            }
        }
        self.pods.wait_until_ready().await.is_ok()
            && self.replica_sets.wait_until_ready().await.is_ok()
    }
}

fn scoped<K>(client: &Client, namespace: Option<&str>) -> Api<K>
where
    K: Resource<Scope = k8s_openapi::NamespaceResourceScope, DynamicType = ()>,
{
    match namespace {
        Some(namespace) => Api::namespaced(client.clone(), namespace),
        None => Api::all(client.clone()),
    }
}

fn watch<K>(
    api: Api<K>,
    mut writer: Writer<K>,
    mut note: impl FnMut(&Event<K>) + Send + 'static,
    prune: impl FnMut(&mut K) + Send + 'static,
) -> BoxStream<'static, Result<ObjectRef<Graph>, watcher::Error>>
where
    K: Resource + Clone + DeserializeOwned + std::fmt::Debug + Send + Sync + 'static,
    K::DynamicType: Clone + Eq + std::hash::Hash + Send + Sync,
{
    let config = watcher::Config::default().labels(words::GRAPH).any_semantic();
    let events =
        watcher(api, config).backoff(Rewatch::default()).inspect_ok(move |event| note(event));
    let store = writer.as_reader();
    let graphs = events.modify(prune).map_ok(move |event| touched(&event, &mut writer, &store));
    graphs.map_ok(|graphs| stream::iter(graphs.into_iter().map(Ok))).try_flatten().boxed()
}

/// Brings the store up to date; gives the graphs that this concerns. A list concerns them when it is
/// complete, since the store shows nothing of it before, and also those it has nothing of any more.
fn touched<K>(
    event: &Event<K>,
    writer: &mut Writer<K>,
    store: &Store<K>,
) -> HashSet<ObjectRef<Graph>>
where
    K: Resource + Clone,
    K::DynamicType: Clone + Eq + std::hash::Hash,
{
    let all = || store.state().into_iter().filter_map(|object| named(object.as_ref()));
    let mut graphs: HashSet<_> = match event {
        Event::Apply(object) | Event::Delete(object) => named(object).into_iter().collect(),
        Event::InitDone => all().collect(),
        Event::Init | Event::InitApply(_) => HashSet::new(),
    };
    writer.apply_watcher_event(event);
    if matches!(event, Event::InitDone) {
        graphs.extend(all());
    }
    graphs
}

/// Tells `recent` what is there no longer.
fn endings(kind: Kind, recent: Arc<Recent>) -> impl FnMut(&Event<DynamicObject>) + Send + 'static {
    let mut begun = Instant::now();
    move |event| match event {
        Event::Delete(object) => recent.ended(kind, object),
        Event::Init => begun = Instant::now(),
        Event::InitDone => recent.listed(kind, begun),
        Event::Apply(_) | Event::InitApply(_) => {}
    }
}

/// The graph that an object names.
fn named<K: Resource>(object: &K) -> Option<ObjectRef<Graph>> {
    let name = object.labels().get(words::GRAPH)?;
    Some(ObjectRef::new(name).within(&object.namespace()?))
}

/// Keeps what is compared or shown. Who owned which field is asked for when it matters. An object
/// out of a list does not say what it is, unlike one out of a watch.
fn prune(kind: Kind, object: &mut DynamicObject) {
    let resource = kind.resource();
    object.types = Some(TypeMeta { api_version: resource.api_version, kind: resource.kind });
    forget_fields(&mut object.metadata);
    if kind != Kind::Deployment
        && let Some(data) = object.data.as_object_mut()
    {
        data.remove("status");
    }
}

fn prune_pod(pod: &mut Pod) {
    forget_fields(&mut pod.metadata);
    pod.spec = None;
}

fn forget_fields(metadata: &mut kube::core::ObjectMeta) {
    metadata.managed_fields = None;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(name: &str, graph: &str) -> Pod {
        let mut pod = Pod::default();
        pod.metadata.name = Some(name.to_owned());
        pod.metadata.namespace = Some("shop".to_owned());
        pod.metadata.labels = Some([(words::GRAPH.to_owned(), graph.to_owned())].into());
        pod
    }

    #[test]
    fn a_list_concerns_graphs_once_the_store_shows_it() {
        let (store, mut writer) = store::<Pod>();
        let mut woken = |event: Event<Pod>| {
            let graphs = touched(&event, &mut writer, &store);
            let mut names: Vec<_> = graphs.into_iter().map(|graph| graph.name).collect();
            names.sort();
            names.join(" ")
        };
        assert_eq!(woken(Event::Apply(pod("a-1", "a"))), "a");
        assert_eq!(woken(Event::Apply(pod("b-1", "b"))), "b");
        assert_eq!(woken(Event::Init), "");
        assert_eq!(woken(Event::InitApply(pod("b-1", "b"))), "");
        assert_eq!(woken(Event::InitApply(pod("c-1", "c"))), "");
        assert_eq!(woken(Event::InitDone), "a b c", "the pod of a is gone");
        assert_eq!(woken(Event::Delete(pod("c-1", "c"))), "c");
    }
}
