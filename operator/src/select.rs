//! Which revision pods shall run: the stored one while the user's words are the same, else a new one
//! out of resolved sources and checked links.

use composer::Ledger;
use graph::{Component, Problem, Source, Spec};
use kube::ResourceExt;
use kube::core::DynamicObject;

use crate::child::{Kind, is_owned};
use crate::dereference::{PullSecret, Seen};
use crate::reconcile::Context;
use crate::refusal::{Refusal, Stage};
use crate::resource::Graph;
use crate::revision::{Made, Pins, Revision, input};
use crate::settings::Upgrade;
use crate::status::Wiring;
use crate::step::Step;
use crate::unguard::Accepted;
use crate::words;

/// The revision of a graph.
#[derive(Clone, Debug)]
pub(crate) struct Selected {
    pub name: String,
    pub image: String,
    /// Digest of the composition.
    pub composition: String,
    /// `None` when it is stored.
    pub made: Option<Revision>,
    /// `None` when the status describes it already.
    pub wiring: Option<Wiring>,
}

/// Finds the revision, or makes it.
pub(crate) async fn select(
    object: &Graph,
    accepted: &Accepted,
    secrets: &[PullSecret],
    context: &Context,
    seen: &Seen,
    step: &Step,
) -> Result<Selected, Refusal> {
    step.begin(Stage::Resolved);
    let resolve = object.annotation(words::RESOLVE).unwrap_or_default();
    let image = &context.settings.runtime_image;
    let follows = match context.settings.upgrade {
        Upgrade::OnNextChange => None,
        Upgrade::Automatic => Some(image.as_str()),
    };
    let input = input(&accepted.graph.spec, resolve, follows);
    let found = seen.revisions(object.uid());
    let found = found.into_iter().find(|map| note(map, words::INPUT) == Some(&input));
    let stored = found.and_then(|map| Some((map, Selected::stored(map)?)));
    match stored {
        Some((_, stored)) if is_described(seen, &stored) => return Ok(stored),
        // It runs, and the status was lost: that is no reason to run anything else.
        Some((map, stored)) if runs(object, seen, &stored) => {
            let made = Made { input: &input, resolve, image: &stored.image };
            let again = make(object, accepted, secrets, context, seen, made, step).await?;
            let wiring = again.wiring.map(|wiring| wiring.pinned(manifest(map)));
            return Ok(Selected { wiring, ..stored });
        }
        _ => {}
    }
    let made = Made { input: &input, resolve, image };
    make(object, accepted, secrets, context, seen, made, step).await
}

impl Selected {
    /// One that was made before.
    fn stored(map: &DynamicObject) -> Option<Self> {
        Some(Self {
            name: map.name_any(),
            image: note(map, words::IMAGE).unwrap_or_default().to_owned(),
            composition: note(map, words::COMPOSITION)?.to_owned(),
            made: None,
            wiring: None,
        })
    }
}

/// Whether its links are settled is known then; nothing is fetched.
fn is_described(seen: &Seen, stored: &Selected) -> bool {
    seen.status.as_ref().is_some_and(|status| {
        status.revision.as_ref() == Some(&stored.name)
            && status.composition.as_ref().is_some_and(|known| known.digest == stored.composition)
            && !status.components.is_empty()
    })
}

/// Whether the pods are told to run it.
fn runs(object: &Graph, seen: &Seen, stored: &Selected) -> bool {
    let live = seen.get(Kind::Deployment, object.name());
    let live = live.filter(|live| is_owned(&live.metadata, object.uid()));
    let labels = live.and_then(|live| live.data.pointer("/spec/template/metadata/labels"));
    let revision = labels.and_then(|labels| labels.get(words::REVISION)?.as_str());
    revision == Some(stored.name.as_str())
}

fn manifest(map: &DynamicObject) -> &str {
    let text = map.data.get("data").and_then(|data| data.get(words::GRAPH_KEY));
    text.and_then(serde_json::Value::as_str).unwrap_or_default()
}

async fn make(
    object: &Graph,
    accepted: &Accepted,
    secrets: &[PullSecret],
    context: &Context,
    seen: &Seen,
    made: Made<'_>,
    step: &Step,
) -> Result<Selected, Refusal> {
    let turn = context.pool.turn().await;
    let mut graph = accepted.graph.clone();
    let pinned = pins(object, seen, made.resolve).apply(&mut graph.spec);
    let (artifacts, problems) = context.sources.bring(&graph, &pinned, secrets).await;
    if let Some(refusal) = Refusal::of(Stage::Resolved, &problems) {
        let passing = problems.iter().any(|problem| is_from_map(&graph.spec, problem));
        return Err(refusal.or_passing(passing));
    }
    step.begin(Stage::Composed);
    // Other bytes may fit together.
    let maps = graph.spec.components.iter().any(is_map);
    let composed = context.pool.check(turn, &graph, artifacts).await;
    let composed = composed.map_err(|refusal| refusal.or_passing(maps))?;
    absent(&accepted.graph, &composed.ledger)?;
    let revision = Revision::new(&accepted.graph, &composed.ledger, &composed.digest, made);
    let wiring = Wiring::of(&accepted.graph.spec, &composed.ledger);
    Ok(Selected {
        name: revision.name.clone(),
        image: revision.image.clone(),
        composition: composed.digest,
        made: Some(revision),
        wiring: Some(wiring),
    })
}

/// Nobody watches the ConfigMaps of users: what is wrong with the bytes of one may be mended without
/// the graph being touched.
fn is_map(component: &Component) -> bool {
    matches!(component.source(), Some(Source::ConfigMap(_)))
}

fn is_from_map(spec: &Spec, problem: &Problem) -> bool {
    let mut components = spec.components.iter().enumerate().filter(|(_, c)| is_map(c));
    components.any(|(index, _)| problem.field.starts_with(&format!("spec.components[{index}]")))
}

/// The pins of the newest revision; none when the user asks to resolve anew.
fn pins(object: &Graph, seen: &Seen, resolve: &str) -> Pins {
    let newest = seen.revisions(object.uid());
    let newest =
        newest.first().filter(|map| note(map, words::RESOLVED_AT).unwrap_or_default() == resolve);
    newest.and_then(|map| note(map, words::PINS)).map(Pins::parse).unwrap_or_default()
}

/// A component without an instance has no digest to be pinned to.
fn absent(graph: &graph::ComponentGraph, ledger: &Ledger) -> Result<(), Refusal> {
    let names = graph.spec.components.iter().enumerate();
    let problems: Vec<_> = names
        .filter(|(_, component)| !ledger.has_component(component.name.as_str()))
        .map(|(index, component)| {
            let message = format!("component `{}` is not part of the composition", component.name);
            Problem::new("composition-failed", format!("spec.components[{index}]"), message)
        })
        .collect();
    Refusal::of(Stage::Composed, &problems).map_or(Ok(()), Err)
}

fn note<'a>(map: &'a DynamicObject, key: &str) -> Option<&'a str> {
    map.metadata.annotations.as_ref()?.get(key).map(String::as_str)
}
