//! One object: created by POST, so that a name somebody else has is seen; changed by server-side
//! apply, so that fields of others stay.

use std::sync::Arc;

use kube::api::{Patch, PatchParams, PostParams};
use kube::core::DynamicObject;
use kube::{Api, Error, ResourceExt};
use serde_json::{Value, json};

use super::{Scope, covers, failure, shapeless};
use crate::child::{Child, is_owned};
use crate::process::Applied as Outcome;
use crate::reason::Word;
use crate::refusal::{Refusal, Stage};
use crate::words;

/// Tries to change who owns the fields of an object that others write at the same time.
const ATTEMPTS: usize = 3;

/// Brings one child about and returns it as it is now.
pub(super) async fn bring(scope: Scope<'_>, child: &Child) -> Result<Arc<DynamicObject>, Refusal> {
    let one = One { scope, child, api: child.kind.api(scope.client, scope.namespace) };
    match scope.seen.get(child.kind, &child.name) {
        None => one.create().await,
        Some(live) => one.keep(Arc::clone(live)).await,
    }
}

struct One<'a> {
    scope: Scope<'a>,
    child: &'a Child,
    api: Api<DynamicObject>,
}

impl One<'_> {
    async fn create(&self) -> Result<Arc<DynamicObject>, Refusal> {
        let object = serde_json::from_value(self.child.object.clone());
        let object: DynamicObject = object.map_err(|error| shapeless(self.child.kind, &error))?;
        let params =
            PostParams { field_manager: Some(words::CHILDREN.to_owned()), ..PostParams::default() };
        match self.api.create(&params, &object).await {
            Ok(made) => Ok(self.wrote(made, Outcome::Created)),
            Err(Error::Api(status)) if status.is_already_exists() => {
                match self.api.get_opt(&self.child.name).await.map_err(|e| self.failed(&e))? {
                    Some(live) => self.keep(Arc::new(live)).await,
                    // Gone in between: its deletion brings us back here.
                    None => Err(self.failed(&Error::Api(status))),
                }
            }
            Err(error) => Err(self.failed(&error)),
        }
    }

    /// Leaves an object as it is, or changes it.
    async fn keep(&self, live: Arc<DynamicObject>) -> Result<Arc<DynamicObject>, Refusal> {
        if !is_owned(&live.metadata, self.scope.uid) {
            return Err(self.taken(&live));
        }
        let named = (self.child.kind, self.child.name.clone());
        let is_leaving = live.metadata.deletion_timestamp.is_some();
        if is_leaving
            || covers(&whole(&live), &self.child.object)
            || self.scope.recent.is_insisted(self.scope.uid, &named, &live)
        {
            self.count(Outcome::Unchanged);
            return Ok(live);
        }
        self.own_by_apply().await?;
        let params = PatchParams::apply(words::CHILDREN).force();
        let patch = Patch::Apply(&self.child.object);
        let changed = self.api.patch(&self.child.name, &params, &patch).await;
        changed
            .map(|changed| self.wrote(changed, Outcome::Updated))
            .map_err(|error| self.failed(&error))
    }

    /// An object made by POST has its fields under an entry that an apply would not replace: fields
    /// left out later would stay for ever. Others may write at the same moment, so it is tried
    /// again before anybody is told.
    async fn own_by_apply(&self) -> Result<(), Refusal> {
        let mut last = self.turn_entry().await;
        for _ in 1..ATTEMPTS {
            match last {
                Err(Error::Api(status)) if status.is_conflict() => last = self.turn_entry().await,
                _ => break,
            }
        }
        last.map_err(|error| self.failed(&error))
    }

    async fn turn_entry(&self) -> Result<(), Error> {
        let live = self.api.get(&self.child.name).await?;
        let mut entries = live.metadata.managed_fields.clone().unwrap_or_default();
        let mut found = false;
        for entry in &mut entries {
            let mine = entry.manager.as_deref() == Some(words::CHILDREN)
                && entry.operation.as_deref() == Some("Update")
                && entry.subresource.is_none();
            if mine {
                entry.operation = Some("Apply".to_owned());
                found = true;
            }
        }
        if !found {
            return Ok(());
        }
        let patch = json!({"metadata": {
            "resourceVersion": live.resource_version(),
            "managedFields": entries,
        }});
        let params =
            PatchParams { field_manager: Some(words::CHILDREN.to_owned()), ..Default::default() };
        self.api.patch(&self.child.name, &params, &Patch::Merge(&patch)).await.map(drop)
    }

    fn count(&self, outcome: Outcome) {
        self.scope.metrics.applied(&format!("{:?}", self.child.kind), outcome);
    }

    fn wrote(&self, mut object: DynamicObject, outcome: Outcome) -> Arc<DynamicObject> {
        self.count(outcome);
        object.metadata.managed_fields = None;
        let insisted = !covers(&whole(&object), &self.child.object);
        let object = Arc::new(object);
        let named = (self.child.kind, self.child.name.clone());
        self.scope.recent.wrote(self.scope.uid, named, Arc::clone(&object), insisted);
        object
    }

    fn taken(&self, live: &DynamicObject) -> Refusal {
        let (kind, name) = (self.child.kind, &self.child.name);
        let owner = live.metadata.owner_references.iter().flatten().next();
        let owner = owner.map_or_else(String::new, |o| format!(" of {} `{}`", o.kind, o.name));
        Refusal {
            passing: true,
            ..Refusal::new(
                Stage::Accepted,
                Word::NameConflict,
                format!(
                    "metadata.name: the graph needs {kind:?} `{name}`, and there is one{owner} that \
                     is not its own; fix: give the graph another name, or remove that {kind:?}"
                ),
            )
        }
    }

    fn failed(&self, error: &Error) -> Refusal {
        failure::of_write(self.child.kind, &self.child.name, error)
    }
}

fn whole(object: &DynamicObject) -> Value {
    serde_json::to_value(object).unwrap_or_default()
}
