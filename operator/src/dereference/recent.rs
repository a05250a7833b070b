//! What this process wrote and no watch has shown yet. Without it, an event that arrives early would
//! make it write the same once more.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use graph::Status;
use kube::core::DynamicObject;

use super::Named;

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

    pub fn wrote_status(&self, uid: &str, status: Status) {
        let writes = (status, Instant::now());
        self.lock().entry(uid.to_owned()).or_default().status = Some(writes);
    }

    /// The status as it was written last.
    pub fn status(&self, uid: &str) -> Option<Status> {
        let all = self.lock();
        let (status, at) = all.get(uid)?.status.as_ref()?;
        (at.elapsed() < FORGET).then(|| status.clone())
    }

    /// Puts newer objects in place of those a watch has shown.
    pub fn overlay(&self, uid: &str, objects: &mut BTreeMap<Named, Arc<DynamicObject>>) {
        let mut all = self.lock();
        let Some(writes) = all.get_mut(uid) else { return };
        for (named, written) in &writes.objects {
            if written.at.elapsed() >= FORGET {
                continue;
            }
            let shown = objects.get(named).map(|object| version(object));
            if shown.is_none_or(|shown| shown < version(&written.object)) {
                objects.insert(named.clone(), Arc::clone(&written.object));
            }
        }
    }

    /// Whether the server insists on this state: to ask again would change nothing.
    pub fn is_insisted(&self, uid: &str, named: &Named, live: &DynamicObject) -> bool {
        let all = self.lock();
        let written = all.get(uid).and_then(|writes| writes.objects.get(named));
        written.is_some_and(|w| w.insisted && w.object.data == live.data)
    }

    /// Forgets a graph that is gone.
    pub fn forget(&self, uid: &str) {
        self.lock().remove(uid);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Writes>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Versions are opaque to clients by rule and ever growing numbers in fact; where they are not, the
/// watch is believed.
fn version(object: &DynamicObject) -> u64 {
    let version = object.metadata.resource_version.as_deref().unwrap_or_default();
    version.parse().unwrap_or(0)
}
