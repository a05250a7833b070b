//! The Deployment: how pods are replaced, spread and stopped.

use k8s_openapi::api::apps::v1::{
    Deployment, DeploymentSpec, DeploymentStrategy, RollingUpdateDeployment,
};
use k8s_openapi::api::core::v1::{
    LocalObjectReference, PodSecurityContext, PodSpec, PodTemplateSpec, SeccompProfile,
    TopologySpreadConstraint,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use kube::core::ObjectMeta;

use super::budget::replicas;
use super::scaler::number;
use super::{Plan, container, labels, selector, volumes};
use crate::words;

/// User and group of the image.
const USER: i64 = 65532;

/// After this without progress a rollout counts as stuck.
const PROGRESS_SECONDS: i32 = 300;

/// Stop grace and drain of the node, and a margin.
const TERMINATION_SECONDS: i64 = container::STOP_GRACE + container::DRAIN + 10;

pub(super) fn deployment(plan: &Plan<'_>) -> Deployment {
    Deployment {
        metadata: plan.meta(plan.name()),
        spec: Some(DeploymentSpec {
            replicas: Some(number(replicas(&plan.graph().spec))),
            progress_deadline_seconds: Some(PROGRESS_SECONDS),
            selector: match_pods(plan),
            strategy: Some(DeploymentStrategy {
                type_: Some("RollingUpdate".to_owned()),
                rolling_update: Some(RollingUpdateDeployment {
                    max_surge: Some(IntOrString::Int(1)),
                    max_unavailable: Some(IntOrString::Int(0)),
                }),
            }),
            template: template(plan),
            ..DeploymentSpec::default()
        }),
        ..Deployment::default()
    }
}

fn match_pods(plan: &Plan<'_>) -> LabelSelector {
    LabelSelector { match_labels: Some(selector(plan.name())), ..LabelSelector::default() }
}

fn template(plan: &Plan<'_>) -> PodTemplateSpec {
    let mut pod_labels = labels(plan.name());
    pod_labels.insert(words::REVISION.to_owned(), plan.revision.name.to_owned());
    PodTemplateSpec {
        metadata: Some(ObjectMeta { labels: Some(pod_labels), ..ObjectMeta::default() }),
        spec: Some(pod(plan)),
    }
}

fn pod(plan: &Plan<'_>) -> PodSpec {
    let mounts = volumes::mounts(plan);
    PodSpec {
        service_account_name: Some(plan.account().to_owned()),
        image_pull_secrets: pull_secrets(plan),
        automount_service_account_token: Some(false),
        enable_service_links: Some(false),
        termination_grace_period_seconds: Some(TERMINATION_SECONDS),
        security_context: Some(PodSecurityContext {
            run_as_non_root: Some(true),
            run_as_user: Some(USER),
            run_as_group: Some(USER),
            fs_group: Some(USER),
            seccomp_profile: Some(SeccompProfile {
                type_: "RuntimeDefault".to_owned(),
                ..SeccompProfile::default()
            }),
            ..PodSecurityContext::default()
        }),
        topology_spread_constraints: Some(vec![
            spread(plan, "topology.kubernetes.io/zone"),
            spread(plan, "kubernetes.io/hostname"),
        ]),
        containers: vec![container::node(plan, &mounts)],
        volumes: Some(mounts.iter().map(volumes::Mount::volume).collect()),
        ..PodSpec::default()
    }
}

/// Those of the installation and those of the graph, each once.
fn pull_secrets(plan: &Plan<'_>) -> Option<Vec<LocalObjectReference>> {
    let own = plan.graph().spec.image_pull_secrets.iter().map(|secret| secret.name.as_str());
    let mut names: Vec<_> =
        plan.settings.runtime_pull_secrets.iter().map(String::as_str).chain(own).collect();
    names.sort_unstable();
    names.dedup();
    let secrets = names.into_iter().map(|name| LocalObjectReference { name: name.to_owned() });
    Some(secrets.collect()).filter(|secrets: &Vec<_>| !secrets.is_empty())
}

/// Old and new pods of a rollout are not counted together.
fn spread(plan: &Plan<'_>, topology: &str) -> TopologySpreadConstraint {
    TopologySpreadConstraint {
        max_skew: 1,
        topology_key: topology.to_owned(),
        when_unsatisfiable: "ScheduleAnyway".to_owned(),
        label_selector: Some(match_pods(plan)),
        match_label_keys: Some(vec!["pod-template-hash".to_owned()]),
        ..TopologySpreadConstraint::default()
    }
}
