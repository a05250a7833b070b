//! How many pods a drain may take at once. With one pod there is no budget: it would block drains.

use graph::Spec;
use k8s_openapi::api::policy::v1::{PodDisruptionBudget, PodDisruptionBudgetSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::{Plan, selector};

pub(super) fn budget(plan: &Plan<'_>) -> Option<PodDisruptionBudget> {
    if least(&plan.graph().spec) < 2 {
        return None;
    }
    Some(PodDisruptionBudget {
        metadata: plan.meta(plan.name()),
        spec: Some(PodDisruptionBudgetSpec {
            max_unavailable: Some(IntOrString::Int(1)),
            selector: Some(LabelSelector {
                match_labels: Some(selector(plan.name())),
                ..LabelSelector::default()
            }),
            unhealthy_pod_eviction_policy: Some("AlwaysAllow".to_owned()),
            ..PodDisruptionBudgetSpec::default()
        }),
        ..PodDisruptionBudget::default()
    })
}

/// Pods there are at any time; an autoscaler's passing number decides nothing here.
fn least(spec: &Spec) -> u32 {
    match &spec.autoscaling {
        Some(wanted) => wanted.min_replicas.unwrap_or(1),
        None => replicas(spec),
    }
}

/// Pods wanted now.
pub(super) fn replicas(spec: &Spec) -> u32 {
    spec.replicas.unwrap_or(1)
}
