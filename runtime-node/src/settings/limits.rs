//! The limits of the graph with their defaults. Forms were checked with the manifest, so what is
//! left here is turning text into numbers.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use graph::{Component, MEMORY_OF_COMPONENT, Problem, Spec, too_many_invocations};
use telemetry::ChannelOptions;

use super::Surroundings;
use crate::engine::MEMORY_RESERVATION;
use crate::instances::Limits;

// What a manifest may ask for is what the engine holds.
const _: () = assert!(MEMORY_OF_COMPONENT == MEMORY_RESERVATION);

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
    // What the manifest asks for was checked with it.
    let asked = around.concurrency.map(NonZeroU32::get);
    problems.extend(asked.and_then(|n| too_many_invocations(spec, n, "--concurrency")));
    wanted(spec, configs, around.concurrency)
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
