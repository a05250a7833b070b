//! What nothing needs any more: children whose reason is gone, and revisions beyond the history.

use std::collections::BTreeSet;

use graph::Status;
use kube::ResourceExt;
use kube::api::{DeleteParams, Preconditions};
use kube::core::DynamicObject;

use super::{Scope, failure};
use crate::child::{Child, Kind, is_owned};
use crate::process::Applied as Outcome;
use crate::refusal::Refusal;

/// Deletes owned children that are not wanted, and old revisions.
pub(super) async fn remove(
    scope: Scope<'_>,
    wanted: &[Child],
    revision: &str,
) -> Result<(), Refusal> {
    let revisions = scope.seen.revisions(scope.uid);
    let all: BTreeSet<_> = revisions.iter().map(|map| map.name_any()).collect();
    let kept = kept_revisions(scope, revision);
    for ((kind, name), object) in &scope.seen.objects {
        let is_wanted = wanted.iter().any(|child| child.kind == *kind && child.name == *name);
        let is_kept = *kind == Kind::ConfigMap && kept.contains(name);
        let is_revision = *kind == Kind::ConfigMap && all.contains(name);
        let owned = is_owned(&object.metadata, scope.uid);
        let leaving = object.metadata.deletion_timestamp.is_some();
        if owned && !leaving && !is_wanted && !is_kept && (is_revision || *kind != Kind::ConfigMap)
        {
            delete(scope, *kind, object).await?;
        }
    }
    Ok(())
}

/// Names of the revisions that stay: the current one, those that a ReplicaSet names, and the newest.
pub(super) fn kept_revisions(scope: Scope<'_>, current: &str) -> BTreeSet<String> {
    let mut kept = scope.seen.running.clone();
    kept.insert(current.to_owned());
    for map in scope.seen.revisions(scope.uid) {
        if kept.len() >= Status::REVISIONS {
            break;
        }
        kept.insert(map.name_any());
    }
    kept
}

async fn delete(scope: Scope<'_>, kind: Kind, object: &DynamicObject) -> Result<(), Refusal> {
    let name = object.name_any();
    let params = DeleteParams {
        preconditions: Some(Preconditions { uid: object.uid(), resource_version: None }),
        ..DeleteParams::background()
    };
    let deleted = kind.api(scope.client, scope.namespace).delete(&name, &params).await;
    scope.recent.deleted(scope.uid, &(kind, name.clone()));
    match deleted {
        Ok(_) => {
            scope.metrics.applied(&format!("{kind:?}"), Outcome::Deleted);
            Ok(())
        }
        // Gone, or another object by now.
        Err(kube::Error::Api(status)) if matches!(status.code, 404 | 409) => Ok(()),
        Err(error) => Err(failure::of_write(kind, &name, &error)),
    }
}
