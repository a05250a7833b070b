//! From a checked graph to every object that is made for it. Pure, and it cannot fail: whatever
//! could be wrong was found before.

mod budget;
mod config;
mod container;
mod deployment;
mod network;
mod overlay;
mod scaler;
mod service;
mod template;
mod volumes;

use std::collections::BTreeMap;

use graph::{ComponentGraph, NetworkPolicyMode};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler;
use k8s_openapi::api::core::v1::{ConfigMap, Service, ServiceAccount};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use kube::core::{DynamicObject, ObjectMeta};

use crate::dereference::{PullSecret, Services};
use crate::refusal::{Refusal, Stage};
use crate::settings::Settings;
use crate::unguard::Accepted;
use crate::words;

/// What the objects are made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan<'a> {
    pub accepted: &'a Accepted,
    pub owner: &'a OwnerReference,
    pub revision: Chosen<'a>,
    pub settings: &'a Settings,
    /// Services that the graph calls.
    pub services: &'a Services,
    /// Secrets with logins for registries; empty for a graph that pulls nothing.
    pub pull_secrets: &'a [PullSecret],
}

/// The revision that pods shall run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chosen<'a> {
    pub name: &'a str,
    pub image: &'a str,
    /// `None` when it is stored already, for good.
    pub content: Option<&'a crate::revision::Revision>,
}

/// All objects of one graph, in the order in which they are written: what a pod mounts comes before
/// the pod.
#[derive(Clone, Debug)]
pub(crate) struct Children {
    pub service_account: Option<ServiceAccount>,
    pub live: ConfigMap,
    pub revision: Option<ConfigMap>,
    pub service: Option<Service>,
    pub network_policy: Option<NetworkPolicy>,
    pub disruption_budget: Option<PodDisruptionBudget>,
    pub autoscaler: Option<HorizontalPodAutoscaler>,
    pub deployment: Deployment,
}

impl Children {
    /// Gives the Deployment its pods: those it has, if they are made from the same, or else new ones
    /// with the graph's own pod template over them. Says what is wrong with the latter.
    pub(crate) fn with_pods(
        mut self,
        graph: &ComponentGraph,
        live: Option<&DynamicObject>,
    ) -> Result<Self, Refusal> {
        let inputs = template::inputs(&self.deployment, graph);
        let kept = live.and_then(|live| template::kept(live, &inputs));
        match (kept, self.deployment.spec.as_mut()) {
            (Some(kept), Some(spec)) => spec.template = kept,
            _ => self.overlay(graph)?,
        }
        template::note(&mut self.deployment, inputs);
        Ok(self)
    }

    fn overlay(&mut self, graph: &ComponentGraph) -> Result<(), Refusal> {
        let Some(overlay) = &graph.spec.pod_template else { return Ok(()) };
        let problems = overlay::lay(&mut self.deployment, overlay);
        Refusal::of(Stage::Accepted, &problems).map_or(Ok(()), Err)
    }
}

/// Builds them.
pub(crate) fn build(plan: &Plan<'_>) -> Children {
    let spec = &plan.graph().spec;
    Children {
        service_account: (plan.account() == plan.name()).then(|| service::account(plan)),
        live: config::live(plan),
        revision: plan.revision.content.map(|revision| config::revision(plan, revision)),
        service: spec.http.as_ref().map(|http| service::service(plan, http)),
        network_policy: match plan.accepted.network_policy {
            NetworkPolicyMode::Derived => Some(network::policy(plan)),
            NetworkPolicyMode::None => None,
        },
        disruption_budget: budget::budget(plan),
        autoscaler: spec.autoscaling.as_ref().map(|wanted| scaler::scaler(plan, wanted)),
        deployment: deployment::deployment(plan),
    }
}

impl<'a> Plan<'a> {
    fn graph(&self) -> &'a ComponentGraph {
        &self.accepted.graph
    }

    fn name(&self) -> &'a str {
        &self.graph().metadata.name
    }

    /// The account of the pods. A graph that names itself means its own.
    fn account(&self) -> &'a str {
        self.graph().spec.service_account_name.as_deref().unwrap_or(self.name())
    }

    fn namespace(&self) -> &'a str {
        self.graph().metadata.namespace.as_deref().unwrap_or_default()
    }

    /// Metadata of a child.
    fn meta(&self, name: impl Into<String>) -> ObjectMeta {
        ObjectMeta {
            name: Some(name.into()),
            namespace: Some(self.namespace().to_owned()),
            labels: Some(labels(self.name())),
            owner_references: Some(vec![self.owner.clone()]),
            ..ObjectMeta::default()
        }
    }
}

/// The labels that select the pods of a graph. A Deployment keeps its selector for ever.
pub(crate) fn selector(graph: &str) -> BTreeMap<String, String> {
    pairs(&[("app.kubernetes.io/name", "runtime-node"), (words::GRAPH, graph)])
}

fn labels(graph: &str) -> BTreeMap<String, String> {
    let mut labels = selector(graph);
    labels.extend(pairs(&[
        ("app.kubernetes.io/instance", graph),
        ("app.kubernetes.io/managed-by", "componentgraph"),
        ("app.kubernetes.io/part-of", "componentgraph"),
    ]));
    labels
}

fn pairs(list: &[(&str, &str)]) -> BTreeMap<String, String> {
    list.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

pub(crate) use container::NODE;
pub(crate) use service::url;

#[cfg(test)]
mod tests;
