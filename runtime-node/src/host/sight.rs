//! Which calls through a slot the host witnesses, and whether a component with `delivery` answers
//! for them. It knows the ledger, not the calls.

use std::collections::BTreeSet;

use composer::Ledger;

use super::witness::is_telemetry;
use crate::instances::DELIVERY;

/// What the host looks at of one instance's calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sight {
    /// A component with `delivery` makes them, or has them made.
    pub is_answered_for: bool,
    /// All gRPC calls are witnessed, since nobody else makes any through the slot.
    every_call: bool,
}

impl Sight {
    /// Looks at all for whom the instance works, as far as those with `delivery`.
    pub fn of(ledger: &Ledger, instance: &str) -> Self {
        let (mut is_answered_for, mut is_alone) = (false, true);
        let (mut seen, mut open) = (BTreeSet::new(), vec![instance]);
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            if delivers(ledger, id) {
                is_answered_for = true;
                continue;
            }
            let links = ledger.links.iter().filter(|link| link.provider == id);
            let above: Vec<&str> = links.map(|link| link.consumer.as_str()).collect();
            is_alone &= !above.is_empty();
            open.extend(above);
        }
        Self { is_answered_for, every_call: is_answered_for && is_alone }
    }

    /// Whether a call of this method counts.
    pub fn sees(self, method: &str) -> bool {
        self.every_call || is_telemetry(method)
    }
}

fn delivers(ledger: &Ledger, instance: &str) -> bool {
    let mut exports = ledger.exports.iter().filter(|export| export.instance == instance);
    exports.any(|export| export.interface.as_deref() == Some(DELIVERY))
}

#[cfg(test)]
mod tests {
    use composer::{Export, Link};

    use super::*;

    fn ledger(links: &[(&str, &str)]) -> Ledger {
        let link = |(consumer, provider): &(&str, &str)| Link {
            consumer: (*consumer).to_owned(),
            interface: String::new(),
            provider: (*provider).to_owned(),
            export: String::new(),
        };
        let export = Export {
            slot: "delivery".to_owned(),
            instance: "otel".to_owned(),
            component: "otel".to_owned(),
            consumer: None,
            interface: Some(DELIVERY.to_owned()),
            functions: Vec::new(),
        };
        let instance = |id: &str| composer::Instance {
            id: id.to_owned(),
            component: id.to_owned(),
            consumer: None,
            digest: String::new(),
        };
        Ledger {
            instances: ["guest", "otel", "carrier"].map(instance).to_vec(),
            links: links.iter().map(link).collect(),
            exports: vec![export],
            ..Ledger::default()
        }
    }

    fn sight(is_answered_for: bool, every_call: bool) -> Sight {
        Sight { is_answered_for, every_call }
    }

    #[test]
    fn calls_are_those_of_whoever_has_them_made() {
        let alone = ledger(&[("guest", "otel"), ("otel", "carrier")]);
        assert_eq!(Sight::of(&alone, "guest"), sight(false, false));
        assert_eq!(Sight::of(&alone, "otel"), sight(true, true));
        assert_eq!(Sight::of(&alone, "carrier"), sight(true, true));
        // The guest's own calls are not records of the adapter.
        let shared = ledger(&[("guest", "otel"), ("otel", "carrier"), ("guest", "carrier")]);
        assert_eq!(Sight::of(&shared, "carrier"), sight(true, false));
        // No composer makes this, and it comes to an end.
        let round = ledger(&[("guest", "carrier"), ("carrier", "guest")]);
        assert_eq!(Sight::of(&round, "carrier"), sight(false, false));
    }

    #[test]
    fn only_telemetry_is_seen_of_others() {
        let otlp = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";
        let others = sight(false, false);
        assert!(others.sees(otlp) && !others.sees("/a.B/C"));
        assert!(sight(true, true).sees("/a.B/C"));
    }
}
