//! The bytes of the components of one graph. ConfigMaps are read through the API and laid out as the
//! kubelet would mount them, so that one loader serves pods and operator alike.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use artifacts::{Access, CacheFolder};
use graph::{ComponentGraph, ConfigMapKeyRef, Problem, Source};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::{Api, Client};

use super::pull_secrets::{Logins, PullSecret};
use crate::settings::Settings;

/// Artifacts by component.
pub(crate) type Artifacts = BTreeMap<String, composer::Artifact>;

/// Where artifacts are brought from.
#[derive(Clone)]
pub struct Sources {
    client: Client,
    /// A directory that may be written to.
    scratch: PathBuf,
    settings: Arc<Settings>,
}

/// Of the directory that may be written to, what downloads may take.
const CACHE_BYTES: u64 = 512 << 20;

impl Sources {
    pub fn new(client: Client, scratch: impl Into<PathBuf>, settings: Arc<Settings>) -> Self {
        Self { client, scratch: scratch.into(), settings }
    }

    /// Brings the artifacts of a graph whose sources are pinned as far as they were.
    pub(crate) async fn bring(
        &self,
        graph: &ComponentGraph,
        pinned: &[String],
        secrets: &[PullSecret],
    ) -> (Artifacts, Vec<Problem>) {
        let folder = match tempfile::tempdir_in(&self.scratch) {
            Ok(folder) => folder,
            Err(error) => return (Artifacts::new(), vec![no_scratch(&error)]),
        };
        let mut problems = self.lay_out(graph, folder.path()).await;
        let absent: BTreeSet<_> = problems.iter().map(|problem| problem.field.clone()).collect();
        let namespace = graph.metadata.namespace.as_deref().unwrap_or_default();
        let logins = Logins::read(&self.client, namespace, secrets, &self.settings).await;
        let options = artifacts::Options {
            access: self.access(&logins),
            config_map_dir: Some(folder.path().to_owned()),
            ..artifacts::Options::new(folder.path())
        };
        let (found, more) = artifacts::load(graph, &options).await;
        let more = more.into_iter().filter(|problem| !absent.contains(&problem.field));
        let more = logins.explain(more.collect()).into_iter();
        problems.extend(more.map(|problem| about_pin(graph, pinned, problem)));
        let found = found.into_iter().map(|(name, artifact)| {
            let artifacts::Artifact { bytes, digest } = artifact;
            (name, composer::Artifact { bytes, digest })
        });
        (found.collect(), problems)
    }

    /// One cache serves all namespaces: a registry is asked for each of them all the same.
    fn access(&self, logins: &Logins) -> Access {
        Access {
            credentials: logins.credentials.clone(),
            authorities: self.settings.registry_ca.clone(),
            allowed: self.settings.allowed_registries.clone(),
            cache: Some(CacheFolder {
                path: self.scratch.join("artifacts"),
                max_bytes: CACHE_BYTES,
                shared: true,
            }),
        }
    }

    /// Writes the keys of ConfigMaps into the folder.
    async fn lay_out(&self, graph: &ComponentGraph, folder: &Path) -> Vec<Problem> {
        let namespace = graph.metadata.namespace.as_deref().unwrap_or_default();
        let api: Api<ConfigMap> = Api::namespaced(self.client.clone(), namespace);
        let mut problems = Vec::new();
        for (index, component) in graph.spec.components.iter().enumerate() {
            let Some(Source::ConfigMap(at)) = component.source() else { continue };
            let field = format!("spec.components[{index}].configMapKeyRef");
            let name = component.name.as_str();
            let missing = match api.get_opt(&at.name).await {
                Ok(Some(map)) => place(folder, &map, at),
                Ok(None) => Err(Missing::Map),
                Err(error) => Err(Missing::Unreadable(error.to_string())),
            };
            problems.extend(missing.err().map(|missing| missing.problem(&field, name, at)));
        }
        problems
    }
}

enum Missing {
    Map,
    Key,
    Unreadable(String),
}

impl Missing {
    fn problem(self, field: &str, component: &str, at: &ConfigMapKeyRef) -> Problem {
        let ConfigMapKeyRef { name, key } = at;
        match self {
            Self::Map => Problem::new(
                "config-map-missing",
                field,
                format!("component `{component}`: there is no ConfigMap `{name}`"),
            )
            .fix(format!("kubectl create configmap {name} --from-file={key}=FILE")),
            Self::Key => Problem::new(
                "config-map-key-missing",
                field,
                format!("component `{component}`: ConfigMap `{name}` has no key `{key}`"),
            )
            .fix("add the key, or correct its name"),
            Self::Unreadable(why) => Problem::new(
                "config-map-unreadable",
                field,
                format!("component `{component}`: ConfigMap `{name}` cannot be read: {why}"),
            ),
        }
    }
}

fn place(folder: &Path, map: &ConfigMap, at: &ConfigMapKeyRef) -> Result<(), Missing> {
    let binary =
        map.binary_data.as_ref().and_then(|data| data.get(&at.key)).map(|d| d.0.as_slice());
    let text = map.data.as_ref().and_then(|data| data.get(&at.key)).map(|text| text.as_bytes());
    let bytes = binary.or(text).ok_or(Missing::Key)?;
    // Names come from a checked manifest: neither has a slash.
    let folder = folder.join(&at.name);
    let written =
        std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(folder.join(&at.key), bytes));
    written.map_err(|error| Missing::Unreadable(error.to_string()))
}

/// A digest that nobody wrote was found earlier: then it is the source that changed.
fn about_pin(graph: &ComponentGraph, pinned: &[String], problem: Problem) -> Problem {
    let component = graph.spec.components.iter().enumerate().find(|(index, component)| {
        problem.field == format!("spec.components[{index}].digest")
            && pinned.contains(&component.name.to_string())
    });
    let Some((index, component)) = component else { return problem };
    let message = format!("component `{}`: its source has other bytes than before", component.name);
    Problem { position: None, ..Problem::new(
        "source-moved",
        format!("spec.components[{index}]"),
        message,
    ) }
    .expected(problem.expected.unwrap_or_default())
    .found(problem.found.unwrap_or_default())
    .fix("to take the new bytes: kubectl annotate cg NAME --overwrite componentgraph.dev/resolve=$(date +%s)")
}

fn no_scratch(error: &std::io::Error) -> Problem {
    let message = format!("the operator cannot write to its own directory: {error}");
    Problem::new("config-map-unreadable", "", message)
}
