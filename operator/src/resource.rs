//! A ComponentGraph as an API server stores it. Its spec stays as it came, so that an object this
//! version does not understand is watched like any other; what it means is read later.

use std::borrow::Cow;

use graph::{KIND, Status};
use k8s_openapi::NamespaceResourceScope;
use kube::Resource;
use kube::core::ObjectMeta;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// The stored object.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Graph {
    #[serde(default)]
    pub metadata: ObjectMeta,
    #[serde(default)]
    pub spec: Value,
    /// `None` also when it is not what this version writes: it is written anew then.
    #[serde(default, deserialize_with = "status")]
    pub status: Option<Status>,
}

fn status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Status>, D::Error> {
    let value = Option::<Value>::deserialize(deserializer)?;
    Ok(value.and_then(|value| serde_json::from_value(value).ok()))
}

impl Graph {
    pub fn name(&self) -> &str {
        self.metadata.name.as_deref().unwrap_or_default()
    }

    pub fn namespace(&self) -> &str {
        self.metadata.namespace.as_deref().unwrap_or_default()
    }

    pub fn uid(&self) -> &str {
        self.metadata.uid.as_deref().unwrap_or_default()
    }

    pub fn generation(&self) -> i64 {
        self.metadata.generation.unwrap_or_default()
    }

    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.metadata.annotations.as_ref()?.get(key).map(String::as_str)
    }
}

impl Resource for Graph {
    type DynamicType = ();
    type Scope = NamespaceResourceScope;

    fn kind((): &()) -> Cow<'_, str> {
        KIND.into()
    }

    fn group((): &()) -> Cow<'_, str> {
        graph::GROUP.into()
    }

    fn version((): &()) -> Cow<'_, str> {
        graph::VERSION.into()
    }

    fn plural((): &()) -> Cow<'_, str> {
        graph::PLURAL.into()
    }

    fn meta(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.metadata
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spec_and_status_of_another_version_are_still_an_object() {
        let text = r#"{"metadata": {"name": "a"}, "spec": {"new": [1]}, "status": {"links": 3}}"#;
        let graph: Graph = serde_json::from_str(text).unwrap();
        assert_eq!(graph.name(), "a");
        assert_eq!(graph.spec["new"][0], 1);
        assert_eq!(graph.status, None);
    }
}
