//! The components, links and grants of a status: the ledger, cut to what people read.

use composer::Ledger;
use graph::{Component, ComponentStatus, GrantStatus, LinkStatus, Source, Spec, Status};
use serde_json::Value;

/// What a check found, in the form of a status.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Wiring {
    components: Vec<ComponentStatus>,
    links: Vec<LinkStatus>,
    grants: Vec<GrantStatus>,
}

impl Wiring {
    pub(crate) fn of(spec: &Spec, ledger: &Ledger) -> Self {
        let mut components: Vec<_> =
            spec.components.iter().map(|component| describe(component, ledger)).collect();
        components.sort_by(|a, b| a.name.cmp(&b.name));
        let links = ledger.links.iter().map(|link| LinkStatus {
            consumer: cut(&link.consumer, LinkStatus::INSTANCE),
            interface: cut(&link.interface, LinkStatus::INTERFACE),
            provider: cut(&link.provider, LinkStatus::INSTANCE),
        });
        let grants = ledger.grants.iter().map(|grant| GrantStatus {
            component: cut(&grant.instance, LinkStatus::INSTANCE),
            interface: cut(&grant.interface, LinkStatus::INTERFACE),
            capability: grant.capability.clone().unwrap_or_default(),
        });
        Self { components, links: links.collect(), grants: grants.collect() }
    }

    /// With the digests of a stored manifest: what comes with the operator may be another by now.
    pub(crate) fn pinned(mut self, manifest: &str) -> Self {
        let manifest: Value = serde_json::from_str(manifest).unwrap_or_default();
        let stored = manifest.pointer("/spec/components").and_then(Value::as_array);
        for component in stored.into_iter().flatten() {
            let text = |key| component.get(key).and_then(Value::as_str);
            let own =
                self.components.iter_mut().find(|own| Some(own.name.as_str()) == text("name"));
            if let (Some(own), Some(digest)) = (own, text("digest")) {
                digest.clone_into(&mut own.digest);
            }
        }
        self
    }

    pub(super) fn write(&self, status: &mut Status) {
        let total = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        status.components = self.components.clone();
        status.links_total = total(self.links.len());
        status.grants_total = total(self.grants.len());
        status.links = self.links.iter().take(Status::LINKS).cloned().collect();
        status.grants = self.grants.iter().take(Status::LINKS).cloned().collect();
    }
}

fn describe(component: &Component, ledger: &Ledger) -> ComponentStatus {
    let source = match component.source() {
        Some(Source::Image(image)) => format!("image {image}"),
        Some(Source::File(file)) => format!("file {file}"),
        Some(Source::Builtin(builtin)) => format!("builtin {builtin}"),
        Some(Source::ConfigMap(at)) => format!("configMap {}/{}", at.name, at.key),
        Some(Source::Url(url)) => format!("url {url}"),
        None => String::new(),
    };
    let name = component.name.as_str();
    let instance = ledger.instances.iter().find(|instance| instance.component == name);
    ComponentStatus {
        name: name.to_owned(),
        source: cut(&source, ComponentStatus::SOURCE),
        digest: instance.map(|instance| instance.digest.clone()).unwrap_or_default(),
    }
}

/// Characters, as a server counts them.
fn cut(text: &str, longest: usize) -> String {
    text.chars().take(longest).collect()
}
