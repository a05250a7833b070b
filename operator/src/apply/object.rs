//! One object: created by POST, so that a name somebody else has is seen; changed by server-side
//! apply, so that fields of others stay.

use std::sync::Arc;

use kube::api::{Patch, PatchParams, PostParams};
use kube::core::{DynamicObject, Status};
use kube::{Api, Error, ResourceExt};
use serde_json::{Value, json};

use super::{ApplyError, Scope, covers};
use crate::child::{Child, is_owned};
use crate::reason::Word;
use crate::refusal::{Refusal, Stage};
use crate::words;

/// Brings one child about and returns it as it is now.
pub(super) async fn bring(
    scope: Scope<'_>,
    child: &Child,
) -> Result<Arc<DynamicObject>, ApplyError> {
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
    async fn create(&self) -> Result<Arc<DynamicObject>, ApplyError> {
        let object = serde_json::from_value(self.child.object.clone());
        let object: DynamicObject =
            object.map_err(|source| ApplyError::Shape { kind: self.child.kind, source })?;
        let params =
            PostParams { field_manager: Some(words::CHILDREN.to_owned()), ..PostParams::default() };
        match self.api.create(&params, &object).await {
            Ok(made) => Ok(self.wrote(made)),
            Err(Error::Api(status)) if status.is_already_exists() => {
                match self.api.get_opt(&self.child.name).await.map_err(|e| self.server(e))? {
                    Some(live) => self.keep(Arc::new(live)).await,
                    // Gone in between: its deletion brings us back here.
                    None => Err(self.server(Error::Api(status))),
                }
            }
            Err(error) => Err(self.explain(error)),
        }
    }

    /// Leaves an object as it is, or changes it.
    async fn keep(&self, live: Arc<DynamicObject>) -> Result<Arc<DynamicObject>, ApplyError> {
        if !is_owned(&live.metadata, self.scope.uid) {
            return Err(ApplyError::Refused(self.taken(&live)));
        }
        let named = (self.child.kind, self.child.name.clone());
        let is_leaving = live.metadata.deletion_timestamp.is_some();
        if is_leaving
            || covers(&whole(&live), &self.child.object)
            || self.scope.recent.is_insisted(self.scope.uid, &named, &live)
        {
            return Ok(live);
        }
        self.own_by_apply().await?;
        let params = PatchParams::apply(words::CHILDREN).force();
        let patch = Patch::Apply(&self.child.object);
        let changed = self.api.patch(&self.child.name, &params, &patch).await;
        changed.map(|changed| self.wrote(changed)).map_err(|error| self.explain(error))
    }

    /// An object made by POST has its fields under an entry that an apply would not replace: fields
    /// left out later would stay for ever.
    async fn own_by_apply(&self) -> Result<(), ApplyError> {
        let live = self.api.get(&self.child.name).await.map_err(|e| self.server(e))?;
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
        let patched = self.api.patch(&self.child.name, &params, &Patch::Merge(&patch)).await;
        patched.map(drop).map_err(|error| self.server(error))
    }

    fn wrote(&self, mut object: DynamicObject) -> Arc<DynamicObject> {
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

    /// What the server refuses for reasons that people can mend.
    fn explain(&self, error: Error) -> ApplyError {
        let Error::Api(status) = &error else { return self.server(error) };
        match reason(status) {
            Some(reason) => {
                let (kind, name) = (self.child.kind, &self.child.name);
                let message = format!("{kind:?} `{name}` was refused: {}", status.message);
                let refusal = Refusal::new(Stage::Available, reason, message);
                ApplyError::Refused(Refusal { passing: true, ..refusal })
            }
            None => self.server(error),
        }
    }

    fn server(&self, source: Error) -> ApplyError {
        let (kind, name) = (self.child.kind, self.child.name.clone());
        ApplyError::Server { kind, name, source: Box::new(source) }
    }
}

fn reason(status: &Status) -> Option<Word> {
    match status.code {
        403 if status.message.contains("exceeded quota") => Some(Word::QuotaExceeded),
        403 => Some(Word::Forbidden),
        422 => Some(Word::Refused),
        _ => None,
    }
}

fn whole(object: &DynamicObject) -> Value {
    serde_json::to_value(object).unwrap_or_default()
}
