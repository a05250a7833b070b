//! The end of an invocation: every component that makes records and exports `delivery` is asked,
//! consumers first, what became of them, and its answer is held against what the host saw on the
//! wire. It does not send anything itself.

use std::time::Duration;

use composer::Ledger;
use telemetry::Counts;
use wasmtime::Store;
use wasmtime::component::{Component, ComponentExportIndex, ComponentType, Instance, Lift};

use super::callable::lookup;
use super::state::State;
use crate::host::Witness;

const INTERFACE: &str = "componentgraph:lifecycle/delivery@0.1.0";

/// Longest time that delivery of one invocation may take.
pub(super) const LIMIT: Duration = Duration::from_secs(20);

/// What became of the records of one invocation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    pub records: Counts,
    pub last_error: Option<String>,
    /// The component that makes the records could not be asked: more may be lost than counted.
    pub uncounted: bool,
}

impl Delivery {
    /// Whether a record was rejected, failed, or may be lost.
    pub fn is_lossy(&self) -> bool {
        self.uncounted || self.records.rejected + self.records.failed > 0
    }
}

/// The record `counts` of the interface.
#[derive(ComponentType, Lift)]
#[component(record)]
struct WireCounts {
    created: u64,
    acknowledged: u64,
    rejected: u64,
    failed: u64,
    #[component(name = "last-error")]
    last_error: Option<String>,
}

/// The `flush` functions of a composition, consumers before providers.
#[derive(Default)]
pub(super) struct Flushes(Vec<ComponentExportIndex>);

impl Flushes {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn of(ledger: &Ledger, component: &Component) -> Self {
        let mut exports: Vec<_> =
            ledger.exports.iter().filter(|e| e.interface.as_deref() == Some(INTERFACE)).collect();
        exports.sort_by_key(|e| (depth(ledger, &e.instance, 0), &e.instance));
        Self(exports.iter().filter_map(|e| lookup(component, e, "flush")).map(|f| f.1).collect())
    }

    /// Calls each `flush` and adds up the answers.
    pub(super) async fn run(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
    ) -> wasmtime::Result<Delivery> {
        let mut delivery = Delivery::default();
        for index in &self.0 {
            let flush = instance.get_typed_func::<(), (WireCounts,)>(&mut *store, index)?;
            let (counts,) = flush.call_async(&mut *store, ()).await?;
            delivery.records.created += counts.created;
            delivery.records.acknowledged += counts.acknowledged;
            delivery.records.rejected += counts.rejected;
            delivery.records.failed += counts.failed;
            delivery.last_error = counts.last_error.or(delivery.last_error);
        }
        delivery.weigh(!self.0.is_empty(), &store.data().witness);
        Ok(delivery)
    }
}

impl Delivery {
    /// The adapter could not be asked: only what the host saw is known, and none of it is proven.
    pub(super) fn lost(witness: &Witness, reason: String) -> Self {
        let mut delivery = Self::default();
        delivery.weigh(false, witness);
        delivery.records.failed += std::mem::take(&mut delivery.records.unverified);
        delivery.uncounted = true;
        delivery.last_error = Some(reason);
        delivery
    }

    /// Counts as delivered only what both witnesses confirm.
    fn weigh(&mut self, asked: bool, witness: &Witness) {
        let (calls, ok) = (witness.calls(), witness.ok());
        let lost = calls.saturating_sub(ok);
        if !asked {
            let refused = witness.refused();
            self.records.created = calls + refused;
            self.records.unverified = ok;
            self.records.failed = lost + refused;
            self.last_error = witness.last_error();
            return;
        }
        let admitted = self.records.failed + self.records.rejected > 0;
        if self.records.acknowledged > 0 && (ok == 0 || lost > 0 && !admitted) {
            self.records.failed += std::mem::take(&mut self.records.acknowledged);
            self.last_error = witness
                .last_error()
                .or_else(|| Some("no grpc-status of success was seen for them".to_owned()));
        }
    }
}

/// Length of the longest chain of links above `id`; cycles were refused by the composer, the
/// bound only keeps a hostile ledger from looping.
fn depth(ledger: &Ledger, id: &str, above: usize) -> usize {
    if above > ledger.instances.len() {
        return above;
    }
    let consumers = ledger.links.iter().filter(|link| link.provider == id);
    consumers.map(|link| depth(ledger, &link.consumer, above + 1)).max().unwrap_or(above)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weighed(asked: bool, records: Counts, ok: u64, failed: u64) -> Counts {
        let witness = Witness::default();
        (0..ok + failed).for_each(|_| witness.began());
        (0..ok).for_each(|_| witness.confirmed());
        (0..failed).for_each(|_| witness.explain("UNAVAILABLE: gone"));
        let mut delivery = Delivery { records, ..Delivery::default() };
        delivery.weigh(asked, &witness);
        delivery.records
    }

    #[test]
    fn acknowledged_needs_both_witnesses() {
        let said = Counts { created: 3, acknowledged: 3, ..Counts::default() };
        assert_eq!(weighed(true, said, 1, 0), said);
        let lost = Counts { created: 3, failed: 3, ..Counts::default() };
        assert_eq!(weighed(true, said, 0, 0), lost);
        assert_eq!(weighed(true, said, 1, 1), lost);
    }

    #[test]
    fn an_admitted_failure_explains_a_failed_call() {
        let said = Counts { created: 3, acknowledged: 2, failed: 1, ..Counts::default() };
        assert_eq!(weighed(true, said, 1, 1), said);
    }

    #[test]
    fn what_the_host_refused_and_was_sent_in_parts_is_no_loss() {
        let said = Counts { created: 3, acknowledged: 3, ..Counts::default() };
        let witness = Witness::default();
        (0..3).for_each(|_| witness.began());
        witness.withdrew("too_large: …");
        (0..2).for_each(|_| witness.confirmed());
        let mut delivery = Delivery { records: said, ..Delivery::default() };
        delivery.weigh(true, &witness);
        assert_eq!(delivery.records, said);
    }

    #[test]
    fn without_delivery_calls_are_unverified() {
        let counts = weighed(false, Counts::default(), 2, 1);
        let expected = Counts { created: 3, unverified: 2, failed: 1, ..Counts::default() };
        assert_eq!(counts, expected);
    }
}
