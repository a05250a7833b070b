//! The arguments that name a graph and what surrounds it, the same for every command.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use graph::{Colour, Problems, Target};

use super::print::print;
use super::registry::RegistryArgs;
use super::{Exit, Output};
use crate::load::{self, Checked, Request};
use crate::settings::{Mounts, ResourceVariables, Surroundings};

/// Which graph, and what stands in for what a cluster would supply.
#[derive(Clone, Debug, Args)]
pub(crate) struct GraphArgs {
    /// The manifest; - reads it from standard input
    pub(crate) graph: PathBuf,
    /// Take the component's artifact from a file
    #[arg(long = "component", value_name = "NAME=FILE", value_parser = substitute)]
    pub(crate) components: Vec<(String, PathBuf)>,
    /// Directory of secrets, as <secret>/<key>
    #[arg(long, value_name = "DIR")]
    pub(crate) secrets_dir: Option<PathBuf>,
    /// Directory of config maps, as <configmap>/<key>
    #[arg(long, value_name = "DIR")]
    pub(crate) config_maps_dir: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) registry: RegistryArgs,
}

/// Where the graph is meant to run.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum TargetArg {
    #[default]
    Laptop,
    Cluster,
}

impl From<TargetArg> for Target {
    fn from(target: TargetArg) -> Self {
        match target {
            TargetArg::Laptop => Self::Laptop,
            TargetArg::Cluster => Self::Cluster,
        }
    }
}

fn substitute(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, file)) if !name.is_empty() && !file.is_empty() => {
            Ok((name.to_owned(), PathBuf::from(file)))
        }
        _ => Err("expected NAME=FILE, such as guest=target/guest.wasm".to_owned()),
    }
}

impl GraphArgs {
    /// The request to load the graph on a laptop, before further settings.
    pub(crate) fn request(&self) -> Request {
        Request {
            graph: self.graph.clone(),
            target: Target::Laptop,
            access: self.registry.access(),
            substitutes: self.components.iter().cloned().collect::<BTreeMap<_, _>>(),
            around: Surroundings {
                mounts: Mounts {
                    secrets: self.secrets_dir.clone(),
                    config_maps: self.config_maps_dir.clone(),
                },
                environment_endpoint: std::env::var("OTEL_EXPORTER_OTLP_ENDPOINT").ok(),
                resource: ResourceVariables::of_process(),
                ..Surroundings::default()
            },
        }
    }

    /// Loads the graph on a laptop or shows its problems.
    pub(crate) async fn load(&self, output: Output) -> Result<Checked, Exit> {
        load::load(self.request()).await.map_err(|problems| show(&problems, output))
    }
}

/// Shows problems: text for people on standard error, JSON for programs on standard output.
pub(crate) fn show(problems: &Problems, output: Output) -> Exit {
    if output == Output::Json {
        return print(&problems.to_json(), Exit::Problems);
    }
    eprintln!("{}", problems.to_text(colour()).trim_end());
    Exit::Problems
}

fn colour() -> Colour {
    let wanted = std::env::var_os("NO_COLOR").is_none();
    if wanted && std::io::stderr().is_terminal() { Colour::Always } else { Colour::Never }
}
