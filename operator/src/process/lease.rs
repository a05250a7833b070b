//! Who leads: a Lease that one process holds and renews. It is no fence, and need not be one: two
//! leaders for a moment would write the same objects.

use std::time::Duration;

use k8s_openapi::api::coordination::v1::Lease as Object;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use k8s_openapi::jiff::{SignedDuration, Timestamp};
use kube::api::{Patch, PatchParams, PostParams};
use kube::{Api, Client, Error, ResourceExt};
use serde_json::{Value, json};

/// How long a lease holds, and how often it is looked after.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    pub holds: Duration,
    pub renew: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self { holds: Duration::from_secs(15), renew: Duration::from_secs(4) }
    }
}

/// Why this process leads no longer.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    #[error("`{0}` leads now")]
    Taken(String),
    #[error("the lease could not be renewed in time: {0}")]
    Late(Box<Error>),
}

/// One name that at most one process holds.
#[derive(Clone)]
pub struct Lease {
    api: Api<Object>,
    name: String,
    identity: String,
    times: Times,
}

impl Lease {
    pub fn new(client: Client, namespace: &str, name: &str, identity: &str, times: Times) -> Self {
        let (name, identity) = (name.to_owned(), identity.to_owned());
        Self { api: Api::namespaced(client, namespace), name, identity, times }
    }

    /// Waits until this process holds the lease.
    pub async fn acquire(&self) {
        loop {
            match self.try_hold().await {
                Ok(None) => return,
                Ok(Some(holder)) => tracing::debug!(holder, "somebody else leads"),
                Err(error) => tracing::warn!(%error, "the lease cannot be had"),
            }
            tokio::time::sleep(self.times.renew / 2).await;
        }
    }

    /// Renews until that fails.
    pub async fn hold(&self) -> LeaseError {
        let mut renewed = tokio::time::Instant::now();
        loop {
            tokio::time::sleep(self.times.renew).await;
            match self.try_hold().await {
                Ok(None) => renewed = tokio::time::Instant::now(),
                Ok(Some(holder)) => return LeaseError::Taken(holder),
                Err(error) if renewed.elapsed() + self.times.renew >= self.times.holds => {
                    return LeaseError::Late(Box::new(error));
                }
                Err(error) => tracing::warn!(%error, "the lease was not renewed"),
            }
        }
    }

    /// Lets the next process lead at once.
    pub async fn release(&self) {
        let Ok(Some(lease)) = self.api.get_opt(&self.name).await else { return };
        let holder = lease.spec.as_ref().and_then(|spec| spec.holder_identity.as_deref());
        if holder == Some(self.identity.as_str()) {
            let spec = json!({"holderIdentity": ""});
            if let Err(error) = self.write(&lease, &spec).await {
                tracing::warn!(%error, "the lease was not released");
            }
        }
    }

    /// `None` when this process holds the lease now, else who does.
    async fn try_hold(&self) -> Result<Option<String>, Error> {
        let Some(lease) = self.api.get_opt(&self.name).await? else {
            return self.create().await;
        };
        let now = Timestamp::now();
        let spec = lease.spec.clone().unwrap_or_default();
        let holder = spec.holder_identity.unwrap_or_default();
        let seconds = spec.lease_duration_seconds.unwrap_or_default();
        let until = spec.renew_time.map_or(Timestamp::MIN, |time| time.0);
        let until = until.checked_add(SignedDuration::from_secs(i64::from(seconds)));
        let is_mine = holder == self.identity;
        if !is_mine && !holder.is_empty() && until.is_ok_and(|until| until > now) {
            return Ok(Some(holder));
        }
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
        let patch =
            json!({"metadata": {"resourceVersion": lease.resource_version()}, "spec": spec});
        let (params, patch) = (PatchParams::default(), Patch::Merge(&patch));
        self.api.patch(&self.name, &params, &patch).await.map(drop)
    }
}
