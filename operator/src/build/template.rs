//! The pod template as it was sent, kept for as long as what it is made from is the same: another
//! version of the operator builds another one, and must not roll pods by that alone. Objects beside
//! the Deployment are built anew by each version and have to fit the pods of the one before.

use std::collections::BTreeSet;

use graph::ComponentGraph;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{PodSpec, PodTemplateSpec, Volume};
use kube::core::DynamicObject;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::revision::hash;
use crate::words;

/// What stands in the annotation.
#[derive(Debug, Serialize, Deserialize)]
struct Sent {
    /// Digest of what it was made from.
    inputs: String,
    template: PodTemplateSpec,
}

/// Digest of what a template is made from, as far as users and whoever installed the operator decide
/// it. It must not change with the operator: a new input is left out where it has nothing to say.
pub(super) fn inputs(built: &Deployment, graph: &ComponentGraph) -> String {
    let template = built.spec.as_ref().map(|spec| &spec.template);
    let pod = template.and_then(|template| template.spec.as_ref());
    let labels = template.and_then(|template| template.metadata.as_ref()?.labels.as_ref());
    let node = pod.and_then(|pod| pod.containers.first());
    // In the order of their names.
    let parts = [
        ("account", json!(pod.and_then(|pod| pod.service_account_name.as_ref()))),
        ("image", json!(node.and_then(|node| node.image.as_ref()))),
        ("mounted", json!(pod.map(mounted))),
        ("overlay", json!(graph.spec.pod_template)),
        ("pullPolicy", json!(node.and_then(|node| node.image_pull_policy.as_ref()))),
        ("pullSecrets", json!(pod.and_then(|pod| pod.image_pull_secrets.as_ref()))),
        ("revision", json!(labels.and_then(|labels| labels.get(words::REVISION)))),
    ];
    let said = parts.into_iter().filter(|(_, value)| !value.is_null());
    let said: Map<_, _> = said.map(|(key, value)| (key.to_owned(), value)).collect();
    hash(&[Value::Object(said).to_string().as_bytes()])
}

/// Names of the ConfigMaps and Secrets that are mounted, wherever that is.
fn mounted(pod: &PodSpec) -> BTreeSet<String> {
    let name = |volume: &Volume| {
        let map = volume.config_map.as_ref().map(|map| format!("configMap {}", map.name));
        let secret = volume.secret.as_ref().and_then(|secret| secret.secret_name.as_ref());
        map.or_else(|| Some(format!("secret {}", secret?)))
    };
    pod.volumes.iter().flatten().filter_map(name).collect()
}

/// The template that `live` was sent with, if it was made from the same.
pub(super) fn kept(live: &DynamicObject, inputs: &str) -> Option<PodTemplateSpec> {
    let text = live.metadata.annotations.as_ref()?.get(words::TEMPLATE)?;
    let sent: Sent = serde_json::from_str(text).ok()?;
    (sent.inputs == inputs).then_some(sent.template)
}

/// Notes on the Deployment what its template is and was made from.
pub(super) fn note(deployment: &mut Deployment, inputs: String) {
    let Some(spec) = &deployment.spec else { return };
    let text = json!(Sent { inputs, template: spec.template.clone() }).to_string();
    let notes = deployment.metadata.annotations.get_or_insert_default();
    notes.insert(words::TEMPLATE.to_owned(), text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::tests::deployment;
    use crate::unguard::tests::{EXAMPLE, object, settings};
    use crate::unguard::unguard;

    fn graph(yaml: &str) -> ComponentGraph {
        unguard(&object(yaml), &settings()).unwrap().graph
    }

    fn live(deployment: &Deployment) -> DynamicObject {
        serde_json::from_value(json!(deployment)).unwrap()
    }

    #[test]
    fn another_builder_is_no_other_input_and_a_users_change_is() {
        let (graph, mut built) = (graph(EXAMPLE), deployment());
        let before = inputs(&built, &graph);
        let pod = built.spec.as_mut().unwrap().template.spec.as_mut().unwrap();
        pod.termination_grace_period_seconds = Some(99);
        pod.containers[0].args.get_or_insert_default().push("--new-flag".to_owned());
        pod.volumes
            .as_mut()
            .unwrap()
            .push(Volume { name: "cache".to_owned(), ..Volume::default() });
        assert_eq!(inputs(&built, &graph), before);

        let overlaid =
            self::graph(&EXAMPLE.replace("spec:\n", "spec:\n  podTemplate: {metadata: {}}\n"));
        assert_ne!(inputs(&built, &overlaid), before);
        let pod = built.spec.as_mut().unwrap().template.spec.as_mut().unwrap();
        pod.containers[0].image = Some("example/runtime-node:2".to_owned());
        assert_ne!(inputs(&built, &graph), before);
    }

    /// The digest of the first version. A change of it rolls every graph of every user.
    #[test]
    fn the_digest_of_the_inputs_lasts() {
        let mut built = deployment();
        let template = &mut built.spec.as_mut().unwrap().template;
        let labels = template.metadata.as_mut().unwrap().labels.as_mut().unwrap();
        labels.insert(words::REVISION.to_owned(), "otel-example-1".to_owned());
        expect_test::expect!["62c3aa5b47ea1228ce17b4054b5995793a43c6106daaa741fe3f583781b1737a"]
            .assert_eq(&inputs(&built, &graph(EXAMPLE)));
    }

    #[test]
    fn a_template_is_kept_while_it_is_made_from_the_same() {
        let mut sent = deployment();
        sent.spec.as_mut().unwrap().template.spec.as_mut().unwrap().priority = Some(7);
        note(&mut sent, "same".to_owned());
        let found = kept(&live(&sent), "same").unwrap();
        assert_eq!(found.spec.unwrap().priority, Some(7));
        assert!(kept(&live(&sent), "other").is_none());
        assert!(kept(&live(&deployment()), "same").is_none());
    }
}
