//! The limits of the graph with their defaults. Forms were checked with the manifest, so what is
//! left here is turning text into numbers.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use graph::{Component, Instances, Problem, Spec};
use telemetry::ChannelOptions;

use super::Surroundings;
use crate::engine::{MEMORY_RESERVATION, most_invocations};
use crate::instances::Limits;

const MEMORY: u64 = 256 << 20;
const TIMEOUT: Duration = Duration::from_secs(30);
const CONCURRENCY: NonZeroU32 = NonZeroU32::MIN.saturating_add(63);
const REQUEST_BODY: u64 = 4 << 20;
/// Calls that a delivery makes one after the other, and the time that it may take beside them.
const CALLS: u32 = 2;
const BESIDE_CALLS: Duration = Duration::from_secs(5);

type Configs = BTreeMap<String, BTreeMap<String, String>>;

pub(super) struct GraphLimits {
    pub(super) invocation: Limits,
    pub(super) request_body: u64,
}

pub(super) fn read(
    spec: &Spec,
    around: &Surroundings,
    configs: &Configs,
    problems: &mut Vec<Problem>,
) -> GraphLimits {
    let limits = wanted(spec, configs, around.concurrency);
    problems.extend(too_much_memory(spec, limits.invocation.memory));
    let field = match around.concurrency {
        Some(least) if least == limits.invocation.concurrency => "--concurrency",
        _ => "spec.limits.concurrency",
    };
    problems.extend(too_many(spec, limits.invocation.concurrency.get(), field));
    limits
}

/// More than all memories of the graph can have would be a promise that is not kept.
fn too_much_memory(spec: &Spec, memory: u64) -> Option<Problem> {
    let memories = most_instances(spec);
    let most = MEMORY_RESERVATION.saturating_mul(memories);
    let text = spec.limits.as_ref()?.memory.as_deref()?;
    (memory > most).then(|| {
        Problem::new(
            "limit-too-high",
            "spec.limits.memory",
            format!("the memories of the graph hold no more than {memories}Gi together"),
        )
        .expected(format!("at most {memories}Gi, 1Gi for each component"))
        .found(text)
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

fn too_many(spec: &Spec, concurrency: u32, field: &str) -> Option<Problem> {
    let components = spec.components.len();
    let most = most_invocations(components);
    (concurrency > most).then(|| {
        Problem::new(
            "limit-too-high",
            field,
            format!("a process has no room for {concurrency} invocations at the same time"),
        )
        .expected(format!("at most {most}"))
        .found(concurrency.to_string())
        .fix("lower it, and raise the number of replicas or processes if you need more")
    })
}

/// Logs and spans are a call each, which may take as long as its carrier lets it.
fn delivery(spec: &Spec, configs: &Configs) -> Duration {
    let carriers = spec.components.iter().filter(|c| c.builtin.as_deref() == Some("grpc-to-http"));
    let timeout = |component: &Component| {
        graph::duration(configs.get(component.name.as_str())?.get("timeout")?).ok()
    };
    let host = ChannelOptions::default().call_timeout;
    let call = carriers.filter_map(timeout).fold(host, Duration::max);
    call.saturating_mul(CALLS).saturating_add(BESIDE_CALLS)
}

fn wanted(spec: &Spec, configs: &Configs, concurrency: Option<NonZeroU32>) -> GraphLimits {
    let given = spec.limits.clone().unwrap_or_default();
    let wanted = given.concurrency.and_then(NonZeroU32::new).unwrap_or(CONCURRENCY);
    GraphLimits {
        invocation: Limits {
            memory: bytes(given.memory.as_deref(), MEMORY),
            timeout: given
                .timeout
                .as_deref()
                .and_then(|text| graph::duration(text).ok())
                .unwrap_or(TIMEOUT),
            delivery: delivery(spec, configs),
            concurrency: concurrency.map_or(wanted, |least| least.max(wanted)),
        },
        request_body: bytes(given.request_body.as_deref(), REQUEST_BODY),
    }
}

pub(super) fn bytes(text: Option<&str>, default: u64) -> u64 {
    text.and_then(|text| graph::quantity(text).ok()).unwrap_or(default)
}
