//! Limits of the graph that no process could keep. Their forms were checked with the structure.

use crate::manifest::{Component, Instances, Limits, Spec};
use crate::problem::Problem;
use crate::value::{MEMORY_OF_COMPONENT, MOST_INVOCATIONS, most_invocations};

pub(super) fn room(spec: &Spec) -> Vec<Problem> {
    // Without components there is another problem, and nothing to compare with.
    let limits = spec.limits.iter().filter(|_| !spec.components.is_empty());
    limits
        .flat_map(|limits| memory(spec, limits).into_iter().chain(invocations(spec, limits)))
        .collect()
}

/// More than all memories of the graph can have would be a promise that is not kept.
fn memory(spec: &Spec, limits: &Limits) -> Option<Problem> {
    let memories = most_instances(spec);
    let most = MEMORY_OF_COMPONENT.saturating_mul(memories);
    (limits.memory_bytes()? > most).then(|| {
        Problem::new(
            "limit-too-high",
            "spec.limits.memory",
            format!("the memories of the graph hold no more than {memories}Gi together"),
        )
        .expected(format!("at most {memories}Gi, 1Gi for each component"))
        .found(limits.memory.as_deref().unwrap_or_default())
        .fix("lower it")
    })
}

/// One that is made for each consumer has at most all others as consumers.
fn most_instances(spec: &Spec) -> u64 {
    let all = spec.components.len() as u64;
    let of = |component: &Component| match component.instances() {
        Instances::Shared => 1,
        Instances::PerConsumer => all,
    };
    spec.components.iter().map(of).sum()
}

fn invocations(spec: &Spec, limits: &Limits) -> Option<Problem> {
    // Above that the structure has a problem of its own.
    let wanted = limits.concurrency.filter(|wanted| *wanted <= MOST_INVOCATIONS)?;
    too_many_invocations(spec, wanted, "spec.limits.concurrency")
}

/// The problem if a process has no room for so many; `field` says where they are asked for.
pub fn too_many_invocations(spec: &Spec, wanted: u32, field: &str) -> Option<Problem> {
    let most = most_invocations(spec.components.len());
    (wanted > most).then(|| {
        Problem::new(
            "limit-too-high",
            field,
            format!("a process has no room for {wanted} invocations at the same time"),
        )
        .expected(format!("at most {most}"))
        .found(wanted.to_string())
        .fix("lower it, and raise the number of replicas or processes if you need more")
    })
}
