//! The only step that writes children. What is as it should be costs no request; what somebody else
//! put there is never adopted.

mod compare;
mod failure;
mod object;
mod orphans;
mod quantity;

use std::sync::Arc;

use kube::Client;
use kube::core::DynamicObject;
use serde::Serialize;
use serde_json::{Value, json};

use crate::build::Children;
use crate::child::{Child, Kind};
use crate::dereference::{Recent, Seen};
use crate::process::Metrics;
use crate::reason::Word;
use crate::refusal::{Refusal, Stage};
use crate::revision::hash;
use crate::words;

pub(crate) use compare::covers;

/// What the writes need to know of their graph.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub client: &'a Client,
    pub namespace: &'a str,
    pub graph: &'a str,
    pub uid: &'a str,
    pub seen: &'a Seen,
    pub recent: &'a Recent,
    pub metrics: &'a Metrics,
}

/// Children that the server has accepted.
#[derive(Clone, Debug)]
pub(crate) struct Applied {
    /// The Deployment as it is now.
    pub deployment: Arc<DynamicObject>,
}

/// Brings the children of a graph about, what pods mount before the pods, and removes what nothing
/// needs any more.
pub(crate) async fn apply(
    scope: Scope<'_>,
    children: &Children,
    revision: &str,
) -> Result<Applied, Refusal> {
    let mut children = listed(children)?;
    children.iter_mut().for_each(stamp);
    let mut deployment = None;
    for child in &children {
        let live = object::bring(scope, child).await?;
        if child.kind == Kind::Deployment {
            deployment = Some(live);
        }
    }
    orphans::remove(scope, &children, revision).await?;
    let deployment = deployment
        .unwrap_or_else(|| Arc::new(DynamicObject::new(scope.graph, &Kind::Deployment.resource())));
    Ok(Applied { deployment })
}

/// Fields that are left out from now on would otherwise not be missed.
fn stamp(child: &mut Child) {
    let digest = hash(&[child.object.to_string().as_bytes()]);
    if let Some(metadata) = child.object.get_mut("metadata").and_then(Value::as_object_mut) {
        let notes = metadata.entry("annotations").or_insert_with(|| json!({}));
        if let Some(notes) = notes.as_object_mut() {
            notes.insert(words::SENT.to_owned(), json!(digest));
        }
    }
}

/// The children in the order in which they are written.
pub(crate) fn listed(children: &Children) -> Result<Vec<Child>, Refusal> {
    let mut list = Vec::new();
    let Children { service_account, live, revision, service, .. } = children;
    add(&mut list, Kind::ServiceAccount, service_account.as_ref())?;
    add(&mut list, Kind::ConfigMap, Some(live))?;
    add(&mut list, Kind::ConfigMap, revision.as_ref())?;
    add(&mut list, Kind::Service, service.as_ref())?;
    add(&mut list, Kind::NetworkPolicy, children.network_policy.as_ref())?;
    add(&mut list, Kind::PodDisruptionBudget, children.disruption_budget.as_ref())?;
    add(&mut list, Kind::HorizontalPodAutoscaler, children.autoscaler.as_ref())?;
    add(&mut list, Kind::Deployment, Some(&children.deployment))?;
    Ok(list)
}

fn add<K: Serialize + kube::Resource>(
    list: &mut Vec<Child>,
    kind: Kind,
    object: Option<&K>,
) -> Result<(), Refusal> {
    let Some(object) = object else { return Ok(()) };
    let name = object.meta().name.clone().unwrap_or_default();
    let value = serde_json::to_value(object).map_err(|error| shapeless(kind, &error))?;
    list.push(Child { kind, name, object: value });
    Ok(())
}

fn shapeless(kind: Kind, error: &serde_json::Error) -> Refusal {
    let message = format!("{kind:?} cannot be written as JSON: {error}");
    Refusal::new(Stage::Available, Word::Refused, message)
}
