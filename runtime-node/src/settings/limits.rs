//! The limits of the graph with their defaults. Forms were checked with the manifest, so what is
//! left here is turning text into numbers.

use std::num::NonZeroU32;
use std::time::Duration;

use graph::Spec;

use crate::instances::Limits;

const MEMORY: u64 = 256 << 20;
const TIMEOUT: Duration = Duration::from_secs(30);
const CONCURRENCY: NonZeroU32 = NonZeroU32::MIN.saturating_add(63);
const REQUEST_BODY: u64 = 4 << 20;

pub(super) struct GraphLimits {
    pub(super) invocation: Limits,
    pub(super) request_body: u64,
}

pub(super) fn read(spec: &Spec, concurrency: Option<NonZeroU32>) -> GraphLimits {
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
            concurrency: concurrency.map_or(wanted, |least| least.max(wanted)),
        },
        request_body: bytes(given.request_body.as_deref(), REQUEST_BODY),
    }
}

pub(super) fn bytes(text: Option<&str>, default: u64) -> u64 {
    text.and_then(|text| graph::quantity(text).ok()).unwrap_or(default)
}
