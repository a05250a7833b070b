//! What this process wrote and no watch has shown yet. Without it, an event that arrives early would
//! make it write the same once more.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use graph::Status;
use kube::ResourceExt;
use kube::core::DynamicObject;
use serde_json::Value;

use super::Named;
use crate::child::Kind;

/// A watch that lags further behind is taken at its word again.
const FORGET: Duration = Duration::from_secs(30);

/// Recent writes by the uid of the graph.
#[derive(Debug, Default)]
pub struct Recent(Mutex<HashMap<String, Writes>>);

#[derive(Debug, Default)]
struct Writes {
    objects: BTreeMap<Named, Written>,
    status: Option<(Status, Instant)>,
}

#[derive(Debug)]
struct Written {
    at: Instant,
    object: Arc<DynamicObject>,
    /// It differs from what was sent in ways the server insists on.
    insisted: bool,
}

impl Recent {
    pub fn wrote(&self, uid: &str, named: Named, object: Arc<DynamicObject>, insisted: bool) {
        let written = Written { at: Instant::now(), object, insisted };
        self.lock().entry(uid.to_owned()).or_default().objects.insert(named, written);
    }

    pub fn deleted(&self, uid: &str, named: &Named) {
        if let Some(writes) = self.lock().get_mut(uid) {
            writes.objects.remove(named);
        }
    }

    /// A watch has shown the end of an object. What was made under its name later stays.
    pub fn ended(&self, kind: Kind, object: &DynamicObject) {
        let owners = object.metadata.owner_references.iter().flatten();
        let named = (kind, object.name_any());
        let mut all = self.lock();
        for owner in owners {
            let Some(writes) = all.get_mut(&owner.uid) else { continue };
            let known = writes.objects.get(&named).map(|written| &written.object.metadata.uid);
            if known == Some(&object.metadata.uid) {
                writes.objects.remove(&named);
            }
        }
    }

    /// A watch has begun anew with all there is: what was written before and is not there has ended.
    pub fn listed(&self, kind: Kind, since: Instant) {
        for writes in self.lock().values_mut() {
            writes.objects.retain(|(of, _), written| *of != kind || written.at >= since);
        }
    }

    pub fn wrote_status(&self, uid: &str, status: Status) {
        let writes = (status, Instant::now());
        self.lock().entry(uid.to_owned()).or_default().status = Some(writes);
    }

    /// The status as it was written last, until a watch shows it. Whoever reads a store, too, reads
    /// this first: a store has it before it is let go here.
    pub fn status(&self, uid: &str) -> Option<Status> {
        let mut all = self.lock();
        let written = &mut all.get_mut(uid)?.status;
        written.take_if(|(_, at)| at.elapsed() >= FORGET);
        written.as_ref().map(|(status, _)| status.clone())
    }

    /// A watch shows this status: nothing newer needs to be kept if it is the one that was written.
    pub fn shown(&self, uid: &str, shown: Option<&Status>) {
        let mut all = self.lock();
        let Some(writes) = all.get_mut(uid) else { return };
        writes.status.take_if(|(status, _)| Some(&*status) == shown);
    }

    /// Puts newer objects in place of those a watch has shown.
    pub fn overlay(&self, uid: &str, objects: &mut BTreeMap<Named, Arc<DynamicObject>>) {
        let mut all = self.lock();
        let Some(writes) = all.get_mut(uid) else { return };
        writes.objects.retain(|named, written| {
            let shown = objects.get(named).map(|object| version(object));
            let is_newer = shown.is_none_or(|shown| shown < version(&written.object));
            let is_newer = is_newer && written.at.elapsed() < FORGET;
            if is_newer {
                objects.insert(named.clone(), Arc::clone(&written.object));
            }
            is_newer || written.insisted
        });
    }

    /// Whether the server insists on this state: to ask again would change nothing. What controllers
    /// say about it is no part of it.
    pub fn is_insisted(&self, uid: &str, named: &Named, live: &DynamicObject) -> bool {
        let all = self.lock();
        let written = all.get(uid).and_then(|writes| writes.objects.get(named));
        written.is_some_and(|w| w.insisted && is_same(&w.object.data, &live.data))
    }

    /// Forgets a graph that is gone.
    pub fn forget(&self, uid: &str) {
        self.lock().remove(uid);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Writes>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Equal but for the status.
fn is_same(one: &Value, other: &Value) -> bool {
    said(one).eq(said(other))
}

fn said(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flatten().filter(|(key, _)| *key != "status")
}

/// Versions are opaque to clients by rule and ever growing numbers in fact; where they are not, the
/// watch is believed.
fn version(object: &DynamicObject) -> u64 {
    let version = object.metadata.resource_version.as_deref().unwrap_or_default();
    version.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_controllers_say_is_no_other_state() {
        let object = |replicas: u32, pods: u32| {
            let mut object = DynamicObject::new("a", &Kind::Deployment.resource());
            object.data = json!({"spec": {"replicas": replicas}, "status": {"replicas": pods}});
            object
        };
        let recent = Recent::default();
        let named = (Kind::Deployment, "a".to_owned());
        recent.wrote("u", named.clone(), Arc::new(object(1, 0)), true);
        assert!(recent.is_insisted("u", &named, &object(1, 1)));
        assert!(!recent.is_insisted("u", &named, &object(2, 1)));
    }

    #[test]
    fn a_status_is_kept_until_it_is_shown() {
        let recent = Recent::default();
        let status = Status { observed_generation: 2, ..Status::default() };
        recent.wrote_status("a", status.clone());
        recent.shown("a", Some(&Status::default()));
        recent.shown("a", None);
        assert_eq!(recent.status("a"), Some(status.clone()));
        recent.shown("a", Some(&status));
        assert_eq!(recent.status("a"), None);
        recent.wrote_status("a", status);
        recent.forget("a");
        assert_eq!(recent.lock().len(), 0);
    }
}
