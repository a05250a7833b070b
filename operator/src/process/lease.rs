//! Who leads: a Lease that one process holds and renews. It is no fence, and need not be one: two
//! leaders for a moment would write the same objects. No clock but the own one is believed: a lease
//! has run out when this process has not seen it change for as long as it holds.

use std::time::Duration;

use k8s_openapi::api::coordination::v1::Lease as Object;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, OwnerReference};
use k8s_openapi::jiff::Timestamp;
use kube::api::{DeleteParams, Patch, PatchParams, PostParams, Preconditions};
use kube::{Api, Client, Error, ResourceExt};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout_at};

use super::unchanged::Unchanged;

/// How long a lease holds, and how often it is looked after.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    pub holds: Duration,
    /// Without a renewal for so long the holder gives up, well before others may begin.
    pub gives_up: Duration,
    pub renew: Duration,
}

impl Default for Times {
    fn default() -> Self {
        let [holds, gives_up, renew] = [15, 10, 3].map(Duration::from_secs);
        Self { holds, gives_up, renew }
    }
}

/// Why this process leads no longer.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    #[error("`{0}` leads now")]
    Taken(String),
    #[error("the lease was not renewed for {0:?}: {1}")]
    Late(Duration, String),
}

/// One name that at most one process holds.
pub struct Lease {
    api: Api<Object>,
    name: String,
    identity: String,
    times: Times,
    /// The process's pod; the lease goes with it.
    owner: Option<OwnerReference>,
    unchanged: Unchanged,
}

impl Lease {
    pub fn new(client: Client, namespace: &str, name: &str, identity: &str, times: Times) -> Self {
        let (name, identity) = (name.to_owned(), identity.to_owned());
        let api = Api::namespaced(client, namespace);
        Self { api, name, identity, times, owner: None, unchanged: Unchanged::default() }
    }

    /// Lets the lease go with the pod that holds it.
    pub fn of_pod(mut self, uid: Option<&str>) -> Self {
        self.owner = uid.map(|uid| OwnerReference {
            api_version: "v1".to_owned(),
            kind: "Pod".to_owned(),
            name: self.identity.clone(),
            uid: uid.to_owned(),
            ..OwnerReference::default()
        });
        self
    }

    /// Waits until this process holds the lease.
    pub async fn acquire(&self) {
        loop {
            let limit = Instant::now() + self.times.gives_up;
            match timeout_at(limit, self.try_hold()).await {
                Ok(Ok(None)) => return,
                Ok(Ok(Some(holder))) => tracing::debug!(holder, "somebody else leads"),
                Ok(Err(error)) => tracing::warn!(%error, "the lease cannot be had"),
                Err(_) => tracing::warn!("nobody answers for the lease"),
            }
            sleep(self.times.renew / 2).await;
        }
    }

    /// Renews until that fails for too long; a server that never answers is a failure, too.
    pub async fn hold(&self) -> LeaseError {
        let mut renewed = Instant::now();
        let mut last = "no answer".to_owned();
        loop {
            sleep(self.times.renew).await;
            let asked = Instant::now();
            let limit = renewed + self.times.gives_up;
            match timeout_at(limit, self.try_hold()).await {
                Ok(Ok(None)) => renewed = asked,
                Ok(Ok(Some(holder))) => return LeaseError::Taken(holder),
                Ok(Err(error)) => {
                    tracing::warn!(%error, "the lease was not renewed");
                    last = error.to_string();
                }
                Err(_) => return LeaseError::Late(self.times.gives_up, last),
            }
        }
    }

    /// Lets the next process lead at once, and leaves nothing when there is none.
    pub async fn release(&self) {
        let limit = Instant::now() + self.times.renew;
        match timeout_at(limit, self.remove()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the lease was not released"),
            Err(_) => tracing::warn!("the lease was not released in time"),
        }
    }

    async fn remove(&self) -> Result<(), Error> {
        let Some(lease) = self.api.get_opt(&self.name).await? else { return Ok(()) };
        let holder = lease.spec.as_ref().and_then(|spec| spec.holder_identity.as_deref());
        if holder != Some(self.identity.as_str()) {
            return Ok(());
        }
        let resource_version = lease.resource_version();
        let preconditions = Some(Preconditions { uid: lease.uid(), resource_version });
        let params = DeleteParams { preconditions, ..DeleteParams::default() };
        match self.api.delete(&self.name, &params).await {
            Ok(_) => Ok(()),
            // Gone, or somebody else's by now.
            Err(Error::Api(status)) if matches!(status.code, 404 | 409) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// `None` when this process holds the lease now, else who does.
    async fn try_hold(&self) -> Result<Option<String>, Error> {
        let Some(lease) = self.api.get_opt(&self.name).await? else {
            return self.create().await;
        };
        let spec = lease.spec.clone().unwrap_or_default();
        let holder = spec.holder_identity.unwrap_or_default();
        let seconds = u64::try_from(spec.lease_duration_seconds.unwrap_or_default()).unwrap_or(0);
        let unchanged = self.unchanged.since(&lease.resource_version().unwrap_or_default());
        let is_mine = holder == self.identity;
        if !is_mine && !holder.is_empty() && unchanged < Duration::from_secs(seconds) {
            return Ok(Some(holder));
        }
        let now = Timestamp::now();
        let mut changed = self.claim(now);
        if !is_mine && let Some(map) = changed.as_object_mut() {
            let turns = spec.lease_transitions.unwrap_or_default().saturating_add(1);
            map.insert("leaseTransitions".to_owned(), json!(turns));
            map.insert("acquireTime".to_owned(), json!(MicroTime(now)));
        }
        match self.write(&lease, &changed).await {
            Ok(()) => Ok(None),
            // Somebody was quicker.
            Err(Error::Api(status)) if status.is_conflict() => Ok(Some("another".to_owned())),
            Err(error) => Err(error),
        }
    }

    async fn create(&self) -> Result<Option<String>, Error> {
        let now = Timestamp::now();
        let mut lease = Object::default();
        lease.metadata.name = Some(self.name.clone());
        lease.metadata.owner_references = self.owner.clone().map(|owner| vec![owner]);
        let spec = lease.spec.insert(Default::default());
        spec.holder_identity = Some(self.identity.clone());
        spec.lease_duration_seconds = Some(self.seconds());
        spec.acquire_time = Some(MicroTime(now));
        spec.renew_time = Some(MicroTime(now));
        match self.api.create(&PostParams::default(), &lease).await {
            Ok(_) => Ok(None),
            Err(Error::Api(status)) if status.is_already_exists() => Ok(Some("another".to_owned())),
            Err(error) => Err(error),
        }
    }

    fn claim(&self, now: Timestamp) -> Value {
        json!({
            "holderIdentity": self.identity,
            "leaseDurationSeconds": self.seconds(),
            "renewTime": MicroTime(now),
        })
    }

    fn seconds(&self) -> i32 {
        i32::try_from(self.times.holds.as_secs().max(1)).unwrap_or(i32::MAX)
    }

    /// Changes the lease only if nobody else did meanwhile.
    async fn write(&self, lease: &Object, spec: &Value) -> Result<(), Error> {
        let owners: Vec<_> = self.owner.iter().collect();
        let patch = json!({"metadata": {"resourceVersion": lease.resource_version(),
            "ownerReferences": owners}, "spec": spec});
        let (params, patch) = (PatchParams::default(), Patch::Merge(&patch));
        self.api.patch(&self.name, &params, &patch).await.map(drop)
    }
}
