//! Writes the status of a graph where it differs from what stands there, and tells of turns as
//! events.

use std::sync::Arc;
use std::time::Duration;

use graph::{ConditionStatus, RevisionStatus, Status};
use k8s_openapi::jiff::Timestamp;
use kube::api::{Patch, PatchParams};
use kube::core::DynamicObject;
use kube::runtime::events::{Event, EventType};
use kube::{Api, Resource, ResourceExt};
use serde_json::json;

use crate::apply::Applied;
use crate::child::{Kind, is_owned};
use crate::dereference::Seen;
use crate::reason::Word;
use crate::reconcile::Context;
use crate::refusal::Refusal;
use crate::resource::Graph;
use crate::select::Selected;
use crate::status::{Facts, Rolled, Rollout, status, troubles};
use crate::words;

/// What came of a graph.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    Rolled(Box<Selected>, Applied),
    Refused(Refusal),
}

/// Why the status could not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PublishError {
    #[error("{0}")]
    Server(Box<kube::Error>),
    #[error("no answer within {LIMIT:?}")]
    Late,
}

/// A status is written also when the time for all else is over.
const LIMIT: Duration = Duration::from_secs(20);

/// Makes the status and writes it if it is new.
pub(crate) async fn publish(
    object: &Graph,
    context: &Context,
    seen: &Seen,
    outcome: &Outcome,
) -> Result<(), PublishError> {
    let old = seen.status.as_ref();
    let new = status(old, &facts(object, seen, outcome, old), &now());
    context.metrics.graph(object.uid(), &new);
    if old == Some(&new) {
        return Ok(());
    }
    let written = tokio::time::timeout(LIMIT, write(object, context, &new)).await;
    written.unwrap_or(Err(PublishError::Late))?;
    context.recent.wrote_status(object.uid(), new.clone());
    tell(object, context, old, &new).await;
    Ok(())
}

fn facts<'a>(object: &'a Graph, seen: &Seen, outcome: &Outcome, old: Option<&Status>) -> Facts<'a> {
    let deployment = match outcome {
        Outcome::Rolled(_, applied) => Some(Arc::clone(&applied.deployment)),
        Outcome::Refused(_) => seen.get(Kind::Deployment, object.name()).cloned(),
    };
    let deployment = deployment.filter(|d| is_owned(&d.metadata, object.uid()));
    let rollout = deployment.as_deref().map(rollout);
    let revision = match outcome {
        Outcome::Rolled(selected, _) => Some(selected.name.as_str()),
        Outcome::Refused(_) => old.and_then(|old| old.revision.as_deref()),
    };
    let none = Rollout::default();
    let troubles =
        troubles(rollout.as_ref().unwrap_or(&none), &seen.pods, revision.unwrap_or_default());
    Facts {
        name: object.name(),
        namespace: object.namespace(),
        generation: object.generation(),
        refusal: match outcome {
            Outcome::Refused(refusal) => Some(refusal.clone()),
            Outcome::Rolled(..) => None,
        },
        rolled: match outcome {
            Outcome::Rolled(selected, _) => Some(rolled(selected)),
            Outcome::Refused(_) => None,
        },
        rollout,
        troubles,
        has_routes: object.spec.get("http").is_some(),
        components_total: object.spec.get("components").and_then(|c| c.as_array()).map(Vec::len),
        revisions: revisions(object, seen, outcome),
    }
}

fn rolled(selected: &Selected) -> Rolled {
    Rolled {
        revision: selected.name.clone(),
        composition: selected.composition.clone(),
        image: selected.image.clone(),
        wiring: selected.wiring.clone(),
    }
}

fn rollout(deployment: &DynamicObject) -> Rollout {
    Rollout::of(&deployment.data, deployment.metadata.generation.unwrap_or_default())
}

/// The current revision first: a watch may not have shown it yet.
fn revisions(object: &Graph, seen: &Seen, outcome: &Outcome) -> Vec<RevisionStatus> {
    let current = match outcome {
        Outcome::Rolled(selected, _) => Some(RevisionStatus {
            name: selected.name.clone(),
            digest: selected.composition.clone(),
        }),
        Outcome::Refused(_) => None,
    };
    let stored = seen.revisions(object.uid()).into_iter().map(|map| RevisionStatus {
        name: map.name_any(),
        digest: map.annotations().get(words::COMPOSITION).cloned().unwrap_or_default(),
    });
    let name = current.as_ref().map(|current| current.name.clone());
    let others = stored.filter(|stored| Some(&stored.name) != name.as_ref());
    current.iter().cloned().chain(others).collect()
}

async fn write(object: &Graph, context: &Context, new: &Status) -> Result<(), PublishError> {
    let api: Api<Graph> = Api::namespaced(context.client.clone(), object.namespace());
    let patch = json!({
        "apiVersion": graph::API_VERSION,
        "kind": graph::KIND,
        "metadata": {"name": object.name(), "uid": object.uid()},
        "status": new,
    });
    let params = PatchParams::apply(words::STATUS).force();
    match api.patch_status(object.name(), &params, &Patch::Apply(&patch)).await {
        Ok(_) => Ok(()),
        // Deleted, or another object of this name: its own turn comes.
        Err(kube::Error::Api(status)) if matches!(status.code, 404 | 409) => Ok(()),
        Err(error) => Err(PublishError::Server(Box::new(error))),
    }
}

/// One event where readiness turns or its reason becomes another.
async fn tell(object: &Graph, context: &Context, old: Option<&Status>, new: &Status) {
    let Some(ready) = new.condition("Ready") else { return };
    let before = old.and_then(|old| old.condition("Ready"));
    let same = before.is_some_and(|b| (b.status, &b.reason) == (ready.status, &ready.reason));
    let passing = [Word::RollingOut, Word::Starting, Word::NoPods];
    let passing = passing.iter().any(|word| ready.reason == word.as_str());
    if same || passing {
        return;
    }
    let is_ready = ready.status == ConditionStatus::True;
    let event = Event {
        type_: if is_ready { EventType::Normal } else { EventType::Warning },
        reason: ready.reason.clone(),
        note: Some(ready.message.chars().take(1000).collect()),
        action: "Reconcile".to_owned(),
        secondary: None,
    };
    // An event that is lost takes nothing with it: the status says the same.
    if let Err(error) = context.events.publish(&event, &object.object_ref(&())).await {
        tracing::debug!(%error, "an event was not written");
    }
}

/// Seconds are what Kubernetes keeps.
fn now() -> String {
    let now = Timestamp::from_second(Timestamp::now().as_second()).unwrap_or_default();
    now.to_string()
}
