//! The end of an invocation: every component that makes records and exports `delivery` is asked,
//! consumers first, what became of them, and its answer is held against what the host saw on the
//! wire. It does not send anything itself.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use composer::Ledger;
use telemetry::Counts;
use tokio::time::timeout_at;
use wasmtime::Store;
use wasmtime::component::{Component, ComponentExportIndex, ComponentType, Instance, Lift};

use super::callable::lookup;
use super::state::State;
use crate::host::{Witness, Witnesses};

/// What a component exports that answers for its records.
pub const INTERFACE: &str = "componentgraph:lifecycle/delivery@0.1.0";

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
        self.uncounted || self.records.lost() > 0
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

/// Why a component could not say what became of its records.
pub(super) enum Cut {
    Failed(wasmtime::Error),
    Late,
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
        let depths = depths(ledger);
        exports.sort_by_key(|e| (depths.get(e.instance.as_str()).copied(), &e.instance));
        Self(exports.iter().filter_map(|e| lookup(component, e, "flush")).map(|f| f.1).collect())
    }

    /// Calls each `flush` and adds up the answers, until one does not answer within `limit`: then
    /// the instances are gone, and the others cannot be asked.
    pub(super) async fn run(
        &self,
        store: &mut Store<State>,
        instance: &Instance,
        limit: Duration,
    ) -> (Delivery, Option<Cut>) {
        let mut delivery = Delivery::default();
        for index in &self.0 {
            let deadline = Instant::now() + limit;
            store.data_mut().deadline = deadline;
            let asking = ask(store, instance, index);
            match timeout_at(deadline.into(), asking).await {
                Ok(Ok(counts)) => delivery.add(counts),
                Ok(Err(error)) => return (delivery, Some(Cut::Failed(error))),
                Err(_) => return (delivery, Some(Cut::Late)),
            }
        }
        delivery.weigh(&store.data().witnesses);
        (delivery, None)
    }
}

async fn ask(
    store: &mut Store<State>,
    instance: &Instance,
    index: &ComponentExportIndex,
) -> wasmtime::Result<WireCounts> {
    let flush = instance.get_typed_func::<(), (WireCounts,)>(&mut *store, index)?;
    Ok(flush.call_async(&mut *store, ()).await?.0)
}

impl Delivery {
    /// Takes the answer of one component, which may be wrong: what it does not account for is lost.
    fn add(&mut self, said: WireCounts) {
        let WireCounts { acknowledged, rejected, .. } = said;
        let accounted = acknowledged.saturating_add(rejected).saturating_add(said.failed);
        let missing = said.created.saturating_sub(accounted);
        let (created, failed) = (accounted.max(said.created), said.failed.saturating_add(missing));
        self.records += Counts { created, acknowledged, rejected, failed, unverified: 0 };
        let unaccounted = (missing > 0).then(|| {
            format!("the component did not account for {missing} of its {created} records")
        });
        self.last_error = unaccounted.or(said.last_error).or(self.last_error.take());
    }

    /// Not all could be asked. What was said before stands; of the rest only what the host saw is
    /// known, and none of it is proven.
    pub(super) fn cut_short(mut self, witnesses: &Witnesses, reason: String) -> Self {
        if self.records.created == 0 {
            self.add_calls(&witnesses.answered_for);
        } else {
            self.believe_in_part(&witnesses.answered_for);
        }
        self.add_calls(&witnesses.others);
        self.uncounted = true;
        self.last_error = Some(reason);
        self
    }

    fn believe_in_part(&mut self, witness: &Witness) {
        if witness.ok() == 0 {
            self.doubt();
        }
        let lost = witness.calls().saturating_sub(witness.ok());
        if self.records.lost() == 0 {
            self.records += Counts { created: lost, failed: lost, ..Counts::default() };
        }
    }

    /// What was said to be acknowledged was not.
    fn doubt(&mut self) {
        let unproven = std::mem::take(&mut self.records.acknowledged);
        self.records += Counts { failed: unproven, ..Counts::default() };
    }

    /// Counts as delivered only what both witnesses confirm, and calls for which nobody answers.
    fn weigh(&mut self, witnesses: &Witnesses) {
        let witness = &witnesses.answered_for;
        let lost = witness.calls() > witness.ok();
        let admitted = self.records.lost() > 0;
        if self.records.acknowledged > 0 && (witness.ok() == 0 || lost && !admitted) {
            self.doubt();
            self.last_error = witness
                .last_error()
                .or_else(|| Some("no grpc-status of success was seen for them".to_owned()));
        }
        self.add_calls(&witnesses.others);
    }

    /// Of calls only the status is known, not how many records they carried.
    fn add_calls(&mut self, witness: &Witness) {
        let (calls, ok, refused) = (witness.calls(), witness.ok(), witness.refused());
        self.records += Counts {
            created: calls.saturating_add(refused),
            unverified: ok,
            failed: calls.saturating_sub(ok).saturating_add(refused),
            ..Counts::default()
        };
        self.last_error = witness.last_error().or(self.last_error.take());
    }
}

/// Length of the longest chain of links above each instance that has one; cycles were refused by
/// the composer, the bound only keeps a hostile ledger from looping.
fn depths(ledger: &Ledger) -> BTreeMap<&str, usize> {
    let mut depths = BTreeMap::new();
    for _ in 0..ledger.instances.len() {
        let before = depths.clone();
        for link in &ledger.links {
            let below = 1 + depths.get(link.consumer.as_str()).copied().unwrap_or(0);
            let depth = depths.entry(link.provider.as_str()).or_insert(0);
            *depth = below.max(*depth);
        }
        if depths == before {
            break;
        }
    }
    depths
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn saw(ok: u64, failed: u64) -> Arc<Witness> {
        let witness = Witness::default();
        (0..ok + failed).for_each(|_| _ = witness.began());
        (0..ok).for_each(|_| witness.confirmed());
        (0..failed).for_each(|_| witness.explain("UNAVAILABLE: gone"));
        Arc::new(witness)
    }

    fn weighed(records: Counts, ok: u64, failed: u64) -> Counts {
        let witnesses = Witnesses { answered_for: saw(ok, failed), ..Witnesses::default() };
        let mut delivery = Delivery { records, ..Delivery::default() };
        delivery.weigh(&witnesses);
        delivery.records
    }

    /// Two instances a layer, each linked to both of the next: 2^40 chains.
    #[test]
    fn many_chains_are_not_walked_one_by_one() {
        let name = |layer: usize, side: usize| format!("{layer:02}-{side}");
        let mut ledger = Ledger::default();
        for (layer, side) in (0..40).flat_map(|layer| [(layer, 0), (layer, 1)]) {
            ledger.instances.push(composer::Instance {
                id: name(layer, side),
                component: String::new(),
                consumer: None,
                digest: String::new(),
            });
            ledger.links.extend([0, 1].map(|other| composer::Link {
                consumer: name(layer, side),
                interface: String::new(),
                provider: name(layer + 1, other),
                export: String::new(),
            }));
        }
        ledger.links.reverse();
        let depths = depths(&ledger);
        assert_eq!((depths.get("00-0"), depths["01-1"], depths["40-0"]), (None, 1, 40));
    }

    fn answer(created: u64, acknowledged: u64, rejected: u64, failed: u64) -> WireCounts {
        WireCounts { created, acknowledged, rejected, failed, last_error: Some("said".to_owned()) }
    }

    #[test]
    fn what_is_not_accounted_for_failed() {
        let mut delivery = Delivery::default();
        delivery.add(answer(5, 1, 1, 1));
        let counts = Counts { created: 5, acknowledged: 1, rejected: 1, failed: 3, unverified: 0 };
        assert_eq!(delivery.records, counts);
        let expected = "the component did not account for 2 of its 5 records";
        assert_eq!(delivery.last_error.as_deref(), Some(expected));
        assert!(delivery.is_lossy());
        // Nobody can have more acknowledged than made.
        let mut delivery = Delivery::default();
        delivery.add(answer(1, 2, 0, 0));
        assert_eq!((delivery.records.created, delivery.records.acknowledged), (2, 2));
        assert_eq!(delivery.last_error.as_deref(), Some("said"));
    }

    #[test]
    fn no_answer_is_too_large() {
        let mut delivery = Delivery::default();
        for _ in 0..2 {
            delivery.add(answer(u64::MAX, u64::MAX, u64::MAX, u64::MAX));
        }
        assert!(delivery.is_lossy());
        delivery.weigh(&Witnesses::default());
        assert_eq!((delivery.records.acknowledged, delivery.records.failed), (0, u64::MAX));
    }

    #[test]
    fn acknowledged_needs_both_witnesses() {
        let said = Counts { created: 3, acknowledged: 3, ..Counts::default() };
        assert_eq!(weighed(said, 1, 0), said);
        let lost = Counts { created: 3, failed: 3, ..Counts::default() };
        assert_eq!(weighed(said, 0, 0), lost);
        assert_eq!(weighed(said, 1, 1), lost);
    }

    #[test]
    fn an_admitted_failure_explains_a_failed_call() {
        let said = Counts { created: 3, acknowledged: 2, failed: 1, ..Counts::default() };
        assert_eq!(weighed(said, 1, 1), said);
    }

    #[test]
    fn what_the_host_refused_and_was_sent_in_parts_is_no_loss() {
        let said = Counts { created: 3, acknowledged: 3, ..Counts::default() };
        let witness = Witness::default();
        (0..3).for_each(|_| _ = witness.began());
        witness.withdrew("too_large: …");
        (0..2).for_each(|_| witness.confirmed());
        let witnesses = Witnesses { answered_for: Arc::new(witness), ..Witnesses::default() };
        let mut delivery = Delivery { records: said, ..Delivery::default() };
        delivery.weigh(&witnesses);
        assert_eq!(delivery.records, said);
    }

    #[test]
    fn what_was_said_stands_when_another_cannot_be_asked() {
        let witnesses = Witnesses { answered_for: saw(1, 1), ..Witnesses::default() };
        let mut delivery = Delivery::default();
        delivery.add(answer(3, 3, 0, 0));
        let delivery = delivery.cut_short(&witnesses, "late".to_owned());
        let counts = Counts { created: 4, acknowledged: 3, failed: 1, ..Counts::default() };
        assert_eq!((delivery.records, delivery.is_lossy()), (counts, true));
        // Where nobody was asked, calls are counted, and status 0 was seen for one of them.
        let delivery = Delivery::default().cut_short(&witnesses, "trapped".to_owned());
        let counts = Counts { created: 2, unverified: 1, failed: 1, ..Counts::default() };
        assert_eq!((delivery.records, delivery.uncounted), (counts, true));
    }

    #[test]
    fn calls_for_which_nobody_answers_are_unverified() {
        let said = Counts { created: 3, acknowledged: 3, ..Counts::default() };
        let witnesses = Witnesses { answered_for: saw(1, 0), others: saw(2, 1) };
        let mut delivery = Delivery { records: said, ..Delivery::default() };
        delivery.weigh(&witnesses);
        let expected = Counts { created: 6, unverified: 2, failed: 1, ..said };
        assert_eq!(delivery.records, expected);
        assert_eq!(delivery.last_error.as_deref(), Some("UNAVAILABLE: gone"));
    }
}
