//! One graph, from what is stored to what shall be: unguard → dereference → check → build → apply →
//! status. Each step has a room of its own; this file only hands over.

use std::sync::Arc;
use std::time::Duration;

use graph::Status;
use kube::runtime::controller::Action;
use kube::{Client, Resource};

use crate::apply::{Applied, Scope, apply};
use crate::build::{Chosen, Plan, build};
use crate::check::Pool;
use crate::child::{Kind, is_owned};
use crate::dereference::{Recent, Seen, Sources, Stores, pull_secrets, services};
use crate::destination::destinations;
use crate::process::{Backoff, Metrics, resync};
use crate::publish::{Outcome, PublishError, publish};
use crate::reason::Word;
use crate::refusal::{Refusal, Stage};
use crate::resource::Graph;
use crate::select::{Selected, select};
use crate::settings::{Settings, Upgrade};
use crate::step::Step;
use crate::unguard::unguard;

/// What every reconcile shares.
pub struct Context {
    pub client: Client,
    pub stores: Stores,
    pub settings: Arc<Settings>,
    pub sources: Sources,
    pub pool: Pool,
    pub recent: Arc<Recent>,
    pub backoff: Arc<Backoff>,
    pub metrics: Metrics,
    pub events: kube::runtime::events::Recorder,
}

/// Why a graph is looked at again soon.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("status: {0}")]
    Status(#[from] PublishError),
    /// It stands in the status; the world may change by itself.
    #[error("{}: {}", .0.reason, .0.message)]
    Passing(Refusal),
}

impl Error {
    /// A word for metrics.
    pub(crate) fn class(&self) -> &'static str {
        match self {
            Self::Passing(refusal) if refusal.reason == Word::DeadlineExceeded.into() => "deadline",
            Self::Passing(refusal) if refusal.reason == Word::ServerError.into() => "server",
            Self::Passing(_) => "waiting",
            Self::Status(_) => "server",
        }
    }
}

/// Brings one graph about. Whatever comes of it stands in the status afterwards. `written` is a
/// status that the object does not show yet.
pub(crate) async fn reconcile(
    object: Arc<Graph>,
    context: Arc<Context>,
    written: Option<Status>,
    deadline: Duration,
) -> Result<Action, Error> {
    if object.metadata.deletion_timestamp.is_some() {
        context.recent.forget(object.uid());
        return Ok(Action::await_change());
    }
    let seen = Seen::read(&context.stores, &object, &context.recent, written);
    let step = Step::default();
    let rolled = tokio::time::timeout(deadline, roll(&object, &context, &seen, &step)).await;
    let outcome = match rolled.unwrap_or_else(|_| Err(step.too_slow(deadline))) {
        Ok((selected, applied)) => Outcome::Rolled(Box::new(selected), applied),
        Err(refusal) => Outcome::Refused(refusal),
    };
    publish(&object, &context, &seen, &outcome).await?;
    match outcome {
        Outcome::Refused(refusal) if refusal.passing => Err(Error::Passing(refusal)),
        _ => {
            context.backoff.succeeded(object.uid());
            Ok(Action::requeue(resync(object.uid())))
        }
    }
}

async fn roll(
    object: &Graph,
    context: &Context,
    seen: &Seen,
    step: &Step,
) -> Result<(Selected, Applied), Refusal> {
    let settings = &context.settings;
    let accepted = unguard(object, settings)?;
    let secrets = pull_secrets(&context.client, object.namespace(), &accepted.graph.spec);
    let secrets = secrets.await.map_err(|error| unasked(&error))?;
    let selected = select(object, &accepted, &secrets, context, seen, step).await?;
    step.begin(Stage::Available);
    let called = destinations(&accepted, settings);
    let services = services(&context.client, called).await?;
    let owner = object.controller_owner_ref(&()).ok_or_else(nameless)?;
    let children = build(&Plan {
        accepted: &accepted,
        owner: &owner,
        revision: Chosen {
            name: &selected.name,
            image: &selected.image,
            content: selected.made.as_ref(),
        },
        settings,
        services: &services,
        pull_secrets: &secrets,
    });
    let live = seen.get(Kind::Deployment, object.name()).filter(|live| {
        settings.upgrade == Upgrade::OnNextChange && is_owned(&live.metadata, object.uid())
    });
    let children = children.with_pods(&accepted.graph, live.map(|live| &**live))?;
    let scope = scope(object, context, seen);
    let applied = apply(scope, &children, &selected.name).await?;
    Ok((selected, applied))
}

fn unasked(error: &kube::Error) -> Refusal {
    let message = format!("the account of the pods cannot be read: {error}");
    Refusal { passing: true, ..Refusal::new(Stage::Available, Word::ServerError, message) }
}

fn nameless() -> Refusal {
    Refusal::new(Stage::Accepted, Word::Unreadable, "the object has no uid")
}

fn scope<'a>(object: &'a Graph, context: &'a Context, seen: &'a Seen) -> Scope<'a> {
    Scope {
        client: &context.client,
        namespace: object.namespace(),
        graph: object.name(),
        uid: object.uid(),
        seen,
        recent: &context.recent,
        metrics: &context.metrics,
    }
}
