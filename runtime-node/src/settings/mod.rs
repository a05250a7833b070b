//! What the manifest, its surroundings and the command line say together: limits, each
//! component's configuration and environment, each capability ready to be linked. It reads
//! mounted values and opens no connection; it knows nothing of the composition.

mod capabilities;
mod config;
mod limits;
mod mounts;
mod resource;
mod unserved;

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;

use graph::{ComponentGraph, Live, Problem};

use crate::host::grpc::Endpoint;
use crate::host::wasi_http::Client;
use crate::host::wasi_p2::{Directory, Environment, Style};
use crate::instances::Limits;

pub use mounts::Mounts;
pub use resource::ResourceVariables;

/// What surrounds the manifest.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Directory of the manifest; relative paths start there.
    pub base_dir: PathBuf,
    pub mounts: Mounts,
    /// Wins over every endpoint of the manifest.
    pub collector: Option<String>,
    /// Value of `OTEL_EXPORTER_OTLP_ENDPOINT`.
    pub environment_endpoint: Option<String>,
    pub resource: ResourceVariables,
    /// In place of what the manifest and the variables say.
    pub live: Option<Live>,
    /// At least so many invocations at the same time.
    pub concurrency: Option<NonZeroU32>,
    /// How output of components and announcements look.
    pub style: Style,
    /// The graph runs on another machine, whose directories are not here.
    pub is_elsewhere: bool,
}

/// Everything the host needs to know to serve one graph.
pub struct Settings {
    pub graph: String,
    /// The environment's collector.
    pub collector: String,
    pub limits: Limits,
    pub request_body: u64,
    pub endpoints: BTreeMap<String, Arc<Endpoint>>,
    pub http: BTreeMap<String, Arc<Client>>,
    directories: BTreeMap<String, Arc<Vec<Directory>>>,
    environments: BTreeMap<String, Arc<Environment>>,
    configs: BTreeMap<String, BTreeMap<String, String>>,
    reserved: BTreeMap<String, String>,
    pub style: Style,
    /// The collector that the command line puts in the place of all others.
    forced: Option<String>,
}

impl Settings {
    /// Reads all settings, or says all that is wrong with them.
    pub fn read(graph: &ComponentGraph, around: &Surroundings) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let collector = capabilities::collector(graph, around, &mut problems);
        unserved::check(graph, &mut problems);
        let served = capabilities::read(graph, around, &collector, &mut problems);
        let configs = config::read(graph, &around.mounts, &mut problems);
        let limits = limits::read(&graph.spec, around, &configs, &mut problems);
        let resource = around.resource.read(&mut problems);
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self {
            graph: graph.metadata.name.clone(),
            reserved: config::reserved(graph, &collector, resource),
            forced: around.collector.clone(),
            collector,
            limits: limits.invocation,
            request_body: limits.request_body,
            endpoints: served.endpoints,
            http: served.http,
            directories: served.directories,
            environments: environments(graph, around.style),
            style: around.style,
            configs,
        })
    }

    /// The values one instance reads; records name the component that emits them, which for an
    /// instance made for one consumer is that consumer. A carrier sends for others, to the `url` of
    /// its configuration.
    pub fn config(
        &self,
        component: &str,
        consumer: Option<&str>,
        is_carrier: bool,
    ) -> Arc<BTreeMap<String, String>> {
        let mut values = self.reserved.clone();
        let emitter = consumer.unwrap_or(component);
        values.insert("otel.resource.componentgraph.component".to_owned(), emitter.to_owned());
        if let Some(own) = self.configs.get(component) {
            values.extend(own.clone());
        }
        if let Some(collector) = &self.forced {
            values.insert(config::ENDPOINT.to_owned(), collector.clone());
            if let Some(own) = values.get_mut(config::URL).filter(|_| is_carrier) {
                own.clone_from(collector);
            }
        }
        Arc::new(values)
    }

    pub fn environment(&self, component: &str) -> Arc<Environment> {
        self.environments.get(component).cloned().unwrap_or_default()
    }

    /// The directories of a capability; none for the bundle without authority.
    pub fn directories(&self, capability: &str) -> Arc<Vec<Directory>> {
        self.directories.get(capability).cloned().unwrap_or_default()
    }
}

fn environments(graph: &ComponentGraph, style: Style) -> BTreeMap<String, Arc<Environment>> {
    let environment = |component: &graph::Component| {
        let name = component.name.to_string();
        let variables = component.env.iter().map(|v| (v.name.clone(), v.value.clone())).collect();
        (name.clone(), Arc::new(Environment { component: name, variables, style }))
    };
    graph.spec.components.iter().map(environment).collect()
}
