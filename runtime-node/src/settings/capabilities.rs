//! The capabilities of the manifest, made ready: channels, HTTP clients, directories, and the
//! address of the environment's collector. Nothing is connected here.

use std::collections::BTreeMap;
use std::sync::Arc;

use graph::{Capability, CapabilityType, CollectorOrigin, ComponentGraph, PreopenAccess, Problem};
use telemetry::{ChannelOptions, Channels};

use super::Surroundings;
use super::limits::bytes;
use crate::host::grpc::Endpoint;
use crate::host::wasi_http::{self, AllowError, AllowList, COLLECTOR, Client};
use crate::host::wasi_p2::Directory;

/// The Collector's own default.
const MAX_REQUEST: u64 = 4 << 20;

#[derive(Default)]
pub(super) struct Served {
    pub(super) endpoints: BTreeMap<String, Arc<Endpoint>>,
    pub(super) http: BTreeMap<String, Arc<Client>>,
    pub(super) directories: BTreeMap<String, Arc<Vec<Directory>>>,
}

/// The environment's collector: command line, manifest, environment variable, default.
pub(super) fn collector(
    graph: &ComponentGraph,
    around: &Surroundings,
    problems: &mut Vec<Problem>,
) -> String {
    let named = graph.spec.telemetry.as_ref().and_then(|t| t.endpoint.as_deref());
    let variable = around.environment_endpoint.as_deref();
    match graph::collector_endpoint(around.collector.as_deref(), named, variable) {
        Ok(chosen) => chosen.endpoint.to_string(),
        Err(bad) => {
            let field = match bad.origin {
                CollectorOrigin::Telemetry => "spec.telemetry.endpoint",
                _ => "$OTEL_EXPORTER_OTLP_ENDPOINT",
            };
            problems.push(
                Problem::new("bad-endpoint", field, bad.to_string())
                    .expected("http://host:port or https://host:port")
                    .found(bad.text)
                    .fix("correct it, or leave it out for http://localhost:4317"),
            );
            graph::DEFAULT_COLLECTOR.to_owned()
        }
    }
}

pub(super) fn read(
    graph: &ComponentGraph,
    around: &Surroundings,
    collector: &str,
    problems: &mut Vec<Problem>,
) -> Served {
    let mut served = Served::default();
    let channels = Channels::new();
    for (i, capability) in graph.spec.capabilities.iter().enumerate() {
        let name = capability.name.to_string();
        match capability.kind {
            CapabilityType::WasiP2 => {}
            CapabilityType::Grpc => match endpoint(capability, &channels, around, collector) {
                Ok(endpoint) => {
                    served.endpoints.insert(name, Arc::new(endpoint));
                }
                Err(reason) => problems.push(
                    Problem::new(
                        "bad-url",
                        format!("spec.capabilities[{i}].grpc.url"),
                        format!("capability {name:?} cannot open a channel: {reason}"),
                    )
                    .expected("http://host:port or https://host:port")
                    .fix("correct the url"),
                ),
            },
            CapabilityType::WasiHttp => match allow_list(capability, around, collector) {
                Ok(allowed) => {
                    let client = Client::new(allowed, wasi_http::Limits::default());
                    served.http.insert(name, Arc::new(client));
                }
                Err(errors) => problems.extend(errors.iter().map(|reason| {
                    Problem::new(
                        "bad-allowed-host",
                        format!("spec.capabilities[{i}].wasiHttp.allowedHosts"),
                        format!("capability {name:?}: {reason}"),
                    )
                })),
            },
            CapabilityType::WasiFilesystem => {
                let directories = directories(capability, around);
                if !around.is_elsewhere {
                    problems.extend(missing(i, &name, &directories));
                }
                served.directories.insert(name, Arc::new(directories));
            }
            CapabilityType::Otel | CapabilityType::WasiSockets | CapabilityType::WasiKeyvalue => {
                problems.push(unsupported(i, capability));
            }
        }
    }
    served
}

fn endpoint(
    capability: &Capability,
    channels: &Channels,
    around: &Surroundings,
    collector: &str,
) -> Result<Endpoint, String> {
    let options = capability.grpc.clone().unwrap_or_default();
    let own = options.url.as_deref().unwrap_or(collector);
    let url = around.collector.as_deref().unwrap_or(own);
    let max = bytes(options.max_request_bytes.as_deref(), MAX_REQUEST);
    let channel_options = ChannelOptions {
        max_request_bytes: usize::try_from(max).unwrap_or(usize::MAX),
        ..ChannelOptions::default()
    };
    let channel = channels.get(url, channel_options).map_err(|e| e.to_string())?;
    Ok(Endpoint::new(capability.name.to_string(), channel, options.paths))
}

fn allow_list(
    capability: &Capability,
    around: &Surroundings,
    collector: &str,
) -> Result<AllowList, Vec<AllowError>> {
    let mut hosts = capability.wasi_http.clone().unwrap_or_default().allowed_hosts;
    // Whoever was allowed another collector must reach the one that takes its place.
    if around.collector.is_some() {
        hosts.push(COLLECTOR.to_owned());
    }
    AllowList::parse(&hosts, Some(collector))
}

fn directories(capability: &Capability, around: &Surroundings) -> Vec<Directory> {
    let options = capability.wasi_filesystem.clone().unwrap_or_default();
    let directory = |preopen: graph::Preopen| Directory {
        host: around.base_dir.join(preopen.host),
        guest: preopen.guest,
        writable: preopen.access == PreopenAccess::ReadWrite,
    };
    options.preopens.into_iter().map(directory).collect()
}

/// A directory is opened for each invocation, which is late to learn that there is none.
fn missing(i: usize, name: &str, directories: &[Directory]) -> Vec<Problem> {
    let problem = |(j, directory): (usize, &Directory)| {
        let path = directory.host.display();
        Problem::new(
            "directory-missing",
            format!("spec.capabilities[{i}].wasiFilesystem.preopens[{j}].host"),
            format!("capability {name:?} opens {path}, which is no directory here"),
        )
        .expected("a directory, relative to the manifest")
        .found(if directory.host.exists() { "something else" } else { "nothing there" })
        .fix("create the directory, or correct the path")
    };
    let places = directories.iter().enumerate();
    places.filter(|(_, directory)| !directory.host.is_dir()).map(problem).collect()
}

fn unsupported(i: usize, capability: &Capability) -> Problem {
    let kind = capability.kind.as_str();
    Problem::new(
        "capability-unsupported",
        format!("spec.capabilities[{i}].type"),
        format!(
            "capability {:?}: this runtime node does not serve {kind}",
            capability.name.as_str()
        ),
    )
    .expected("grpc, wasi:p2, wasi:http or wasi:filesystem")
    .found(kind)
    .fix("remove the capability, or use one of the types that are served")
}
