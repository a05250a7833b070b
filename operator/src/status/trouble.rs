//! What is wrong with pods, in one stable word each: what a node wrote before it ended, an image that
//! cannot be pulled, a pod that fits nowhere. Numbers that grow by themselves are left out, or the
//! status would never rest.

use std::borrow::Borrow;

use k8s_openapi::api::core::v1::{ContainerStateTerminated, ContainerStatus, Pod};
use kube::ResourceExt;

use super::Rollout;
use crate::build::NODE;
use crate::reason::Word;
use crate::words;

/// One thing wrong with pods.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Trouble {
    pub reason: Word,
    pub message: String,
    /// Only a changed graph can help.
    pub lasting: bool,
}

/// Longest text of a node that is repeated.
const LONGEST: usize = 4096;

/// Everything wrong with the pods of the newest revision, the most telling first.
pub(crate) fn troubles<P: Borrow<Pod>>(
    rollout: &Rollout,
    pods: &[P],
    revision: &str,
) -> Vec<Trouble> {
    let newest = pods.iter().map(Borrow::borrow);
    let newest =
        newest.filter(|pod| pod.labels().get(words::REVISION).is_some_and(|r| r == revision));
    let mut found: Vec<_> = newest.flat_map(of_pod).collect();
    found.extend(rollout.not_created.as_deref().map(not_created));
    found.sort();
    found.dedup();
    found
}

/// A Deployment's controller only repeats what the API server said.
fn not_created(message: &str) -> Trouble {
    let reason = if message.contains("exceeded quota") {
        Word::QuotaExceeded
    } else if message.contains("PodSecurity") {
        Word::PodSecurity
    } else {
        Word::PodsNotCreated
    };
    Trouble { reason, message: cut(&nameless(message)), lasting: false }
}

/// Each attempt has a pod name of its own: `pods "a-5d8f7-x2x4z" is forbidden`.
fn nameless(message: &str) -> String {
    match message.split_once("pods \"").and_then(|(_, rest)| rest.split_once("\" ")) {
        Some((_, rest)) => {
            let why = rest.trim_start().trim_start_matches("is forbidden: ");
            format!("pods cannot be created: {why}")
        }
        None => message.to_owned(),
    }
}

fn of_pod(pod: &Pod) -> Vec<Trouble> {
    let Some(status) = pod.status.as_ref().filter(|_| is_wanted(pod)) else { return Vec::new() };
    let unscheduled = status.conditions.iter().flatten().find(|condition| {
        condition.type_ == "PodScheduled"
            && condition.status == "False"
            && condition.reason.as_deref() == Some("Unschedulable")
    });
    let unscheduled = unscheduled.map(|condition| Trouble {
        reason: Word::Unschedulable,
        message: cut(condition.message.as_deref().unwrap_or_default()),
        lasting: false,
    });
    let containers = status.init_container_statuses.iter().chain(&status.container_statuses);
    unscheduled.into_iter().chain(containers.flatten().filter_map(of_container)).collect()
}

/// A pod that is leaving, or that was evicted, is replaced by another; what became of it says
/// nothing about the graph.
fn is_wanted(pod: &Pod) -> bool {
    let phase = pod.status.as_ref().and_then(|status| status.phase.as_deref());
    pod.metadata.deletion_timestamp.is_none() && !matches!(phase, Some("Failed" | "Succeeded"))
}

fn of_container(container: &ContainerStatus) -> Option<Trouble> {
    if container.ready {
        return None;
    }
    let state = container.state.as_ref()?;
    if let Some(waiting) = &state.waiting {
        let message = waiting.message.as_deref().unwrap_or_default();
        match waiting.reason.as_deref().unwrap_or_default() {
            "ErrImagePull" | "ImagePullBackOff" | "InvalidImageName" | "ErrImageNeverPull" => {
                return Some(image(container, message));
            }
            "CreateContainerConfigError" | "CreateContainerError" | "RunContainerError" => {
                return Some(Trouble {
                    reason: Word::ContainerNotStarted,
                    message: cut(&format!("{}{message}", of(container))),
                    lasting: false,
                });
            }
            _ => {}
        }
    }
    let before = container.last_state.as_ref().and_then(|last| last.terminated.as_ref());
    let ended = state.terminated.as_ref().or(before)?;
    match container.name.as_str() {
        NODE => of_node(ended),
        _ => of_other(container, ended),
    }
}

fn of_node(ended: &ContainerStateTerminated) -> Option<Trouble> {
    let trouble = match (ended.reason.as_deref(), said(ended)) {
        (Some("OOMKilled"), _) => Trouble {
            reason: Word::OutOfMemory,
            message: "the node used more memory than its limit; raise \
                      `podTemplate.spec.containers[0].resources.limits.memory` or lower `limits`"
                .to_owned(),
            lasting: false,
        },
        (_, Some(said)) => Trouble {
            reason: Word::StartFailed,
            message: cut(said),
            lasting: said.starts_with("error["),
        },
        (_, None) if ended.exit_code == 0 => return None,
        (_, None) => Trouble {
            reason: Word::NodeCrashed,
            message: format!("the node ended with exit code {} and said nothing", ended.exit_code),
            lasting: false,
        },
    };
    Some(trouble)
}

/// A container that the graph's own `podTemplate` adds.
fn of_other(container: &ContainerStatus, ended: &ContainerStateTerminated) -> Option<Trouble> {
    let of = of(container);
    if ended.reason.as_deref() == Some("OOMKilled") {
        let message = format!("{of}it used more memory than its limit in `podTemplate`");
        return Some(Trouble { reason: Word::OutOfMemory, message, lasting: false });
    }
    let colon = said(ended).map_or_else(String::new, |said| format!(": {said}"));
    let message = cut(&format!("{of}it ended with exit code {}{colon}", ended.exit_code));
    let trouble = Trouble { reason: Word::ContainerCrashed, message, lasting: false };
    (ended.exit_code != 0).then_some(trouble)
}

fn said(ended: &ContainerStateTerminated) -> Option<&str> {
    ended.message.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

/// Whose words follow; the node's need no name.
fn of(container: &ContainerStatus) -> String {
    match container.name.as_str() {
        NODE => String::new(),
        name => format!("container `{name}`: "),
    }
}

/// The kubelet alternates between the cause and the fact that it waits.
fn image(container: &ContainerStatus, message: &str) -> Trouble {
    let cause = if message.starts_with("Back-off") { "" } else { message };
    let colon = if cause.is_empty() { "" } else { ": " };
    let (of, image) = (of(container), &container.image);
    let message = format!("{of}the image `{image}` cannot be pulled{colon}{cause}");
    Trouble { reason: Word::ImagePullFailed, message: cut(&message), lasting: false }
}

fn cut(text: &str) -> String {
    let end = text.floor_char_boundary(LONGEST);
    text.get(..end).unwrap_or_default().to_owned()
}
