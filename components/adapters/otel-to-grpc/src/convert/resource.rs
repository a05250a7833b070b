//! Who made a record: what the guest says, and what the host knows better. Knows nothing of
//! records.

use std::collections::BTreeMap;

use super::{Flaws, attributes, value};
use crate::bindings::types;
use crate::otlp::{KeyValue, Resource};

/// Attributes under these prefixes name the deployment, which a guest cannot know.
const IDENTITY: [&str; 3] = ["service.", "k8s.", "componentgraph."];

const SERVICE_NAME: &str = "service.name";
const UNKNOWN: &str = "unknown_service";

/// The resource and its schema URL. `known` is what the host has configured.
pub(crate) fn resource(
    told: Option<types::Resource>,
    known: &BTreeMap<String, String>,
    flaws: &mut Flaws,
) -> (Resource, String) {
    let (told, schema_url) = match told {
        Some(told) => (told.attributes, told.schema_url.unwrap_or_default()),
        None => (Vec::new(), String::new()),
    };
    let told = attributes::convert(told, flaws);
    let mut attributes = told.kept;
    attributes
        .retain(|attribute| !(is_identity(&attribute.key) && known.contains_key(&attribute.key)));
    for (key, text) in known {
        if !attributes.iter().any(|attribute| attribute.key == *key) {
            attributes.push(pair(key, text));
        }
    }
    if !attributes.iter().any(|attribute| attribute.key == SERVICE_NAME) {
        attributes.push(pair(SERVICE_NAME, UNKNOWN));
    }
    (Resource { attributes, dropped_attributes_count: told.dropped }, schema_url)
}

fn is_identity(key: &str) -> bool {
    IDENTITY.iter().any(|prefix| key.starts_with(prefix))
}

fn pair(key: &str, text: &str) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(value::text(text.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::otlp::any_value::Value;

    fn check(told: Option<&[(&str, &str)]>, known: &[(&str, &str)], expected: &[(&str, &str)]) {
        let told = told.map(|list| types::Resource {
            attributes: list
                .iter()
                .map(|(key, text)| types::KeyValue {
                    key: (*key).into(),
                    value: format!("\"{text}\""),
                })
                .collect(),
            schema_url: Some("https://schema".into()),
        });
        let known = known.iter().map(|(key, text)| ((*key).into(), (*text).into())).collect();
        let (resource, _) = resource(told, &known, &mut Flaws::default());
        let found: Vec<_> = resource
            .attributes
            .iter()
            .map(|pair| match pair.value.as_ref().and_then(|value| value.value.as_ref()) {
                Some(Value::String(text)) => (pair.key.as_str(), text.as_str()),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn nobody_says_anything() {
        check(None, &[], &[("service.name", "unknown_service")]);
        check(Some(&[]), &[], &[("service.name", "unknown_service")]);
    }

    #[test]
    fn the_host_wins_where_it_names_the_deployment() {
        check(
            Some(&[("service.name", "fake"), ("k8s.pod.name", "fake"), ("os.type", "mine")]),
            &[("service.name", "shop"), ("k8s.pod.name", "shop-1"), ("os.type", "linux")],
            &[("os.type", "mine"), ("k8s.pod.name", "shop-1"), ("service.name", "shop")],
        );
    }

    #[test]
    fn the_guest_is_kept_where_the_host_is_silent() {
        check(
            Some(&[("service.name", "own"), ("app", "x")]),
            &[("componentgraph.graph", "g")],
            &[("service.name", "own"), ("app", "x"), ("componentgraph.graph", "g")],
        );
    }

    #[test]
    fn the_schema_is_the_guests() {
        let told = types::Resource { attributes: Vec::new(), schema_url: Some("https://s".into()) };
        let (_, schema_url) = resource(Some(told), &BTreeMap::new(), &mut Flaws::default());
        assert_eq!(schema_url, "https://s");
    }
}
