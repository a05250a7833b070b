//! `cargo xtask cluster`: a Kubernetes cluster to try things on. The one you have, one of `kind`,
//! or one node made of packages on this machine. What is tried is not known here.

mod certificates;
mod cgroups;
mod given;
mod kind;
mod kubectl;
mod network;
mod node;
mod one_node;
mod patience;
mod process;
mod programs;
mod rung;
mod settings;
mod site;
mod smoke;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::project::Project;
use crate::{apt, tools};
pub(crate) use rung::{Installed as World, http};
use site::{Number, Site};

/// Options of `cargo xtask cluster`.
#[derive(clap::Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Bring a cluster up, unless it is, and print the path of its kubeconfig
    Up(Which),
    /// Remove the cluster with everything that belongs to it
    Down(Which),
    /// Print the path of the kubeconfig of the cluster that is up
    Kubeconfig(Which),
    /// Bring a cluster up beside yours, install the chart, run every scenario, and take it down
    Test {
        /// Only scenarios whose names contain this
        #[arg(long, value_name = "WORDS", default_value = "")]
        only: String,
    },
    /// Be the node; part of `up`
    #[command(hide = true)]
    Node { number: String, clusters: PathBuf },
}

#[derive(clap::Args)]
struct Which {
    /// The cluster of this context of your kubeconfig, instead of one made here
    #[arg(long)]
    context: Option<String>,
}

pub(crate) fn run(project: &Project, options: &Options) -> Result<()> {
    let clusters = tools::cache("cluster")?;
    match &options.command {
        Command::Up(which) => say(&up(&clusters, which.context.as_deref())?),
        Command::Down(which) => down(&clusters, which.context.as_deref())?,
        Command::Kubeconfig(which) => say(&found(&clusters, which.context.as_deref())?),
        Command::Test { only } => test(project, only)?,
        Command::Node { number, clusters } => {
            let number = Number::from_text(number).context("no such cluster")?;
            node::run(&Site::new(clusters, number))?;
        }
    }
    Ok(())
}

/// A test takes a cluster down again, and so never one of somebody else's.
pub(crate) fn can_test() -> Result<()> {
    if is_root_on_linux()? {
        return Ok(());
    }
    bail!("the tests make a node of packages, which needs Linux and root")
}

/// Everything that needs a cluster, on one of its own.
pub(crate) fn test(project: &Project, only: &str) -> Result<()> {
    can_test()?;
    smoke::run(project, only, &Site::new(&tools::cache("cluster")?, Number::Test))
}

/// Does `work` on a cluster of its own, where the chart is installed.
pub(crate) fn measured(
    project: &Project,
    release: bool,
    work: impl FnOnce(&World) -> Result<()>,
) -> Result<()> {
    can_make_a_node()?;
    let site = Site::new(&tools::cache("cluster")?, Number::Test);
    smoke::measured(project, release, &site, work)
}

/// A cluster that is up.
pub(crate) struct Cluster {
    kubeconfig: PathBuf,
    way: Way,
}

enum Way {
    Given,
    Kind,
    OneNode(Site),
}

impl Cluster {
    /// Hands it image archives, so that pods need no registry.
    pub(crate) fn load(&self, archives: &[PathBuf]) -> Result<()> {
        for archive in archives {
            match &self.way {
                Way::Given => bail!("images reach a cluster of your own through a registry"),
                Way::Kind => kind::load(archive)?,
                Way::OneNode(site) => node::import(site, archive)?,
            }
        }
        Ok(())
    }
}

/// The path alone, so that `KUBECONFIG=$(cargo xtask cluster up)` works.
fn say(cluster: &Cluster) {
    println!("{}", cluster.kubeconfig.display());
}

fn up(clusters: &Path, context: Option<&str>) -> Result<Cluster> {
    if let Some(context) = context {
        return Ok(Cluster { kubeconfig: given::up(clusters, context)?, way: Way::Given });
    }
    let site = Site::new(clusters, Number::Developer);
    if !one_node::is_up(&site)? && kind::is_available() {
        fs::create_dir_all(clusters)?;
        kind::up(&of_kind(clusters))?;
        return Ok(Cluster { kubeconfig: of_kind(clusters), way: Way::Kind });
    }
    can_make_a_node()?;
    one_node::up(&site)?;
    Ok(Cluster { kubeconfig: site.kubeconfig(), way: Way::OneNode(site) })
}

fn is_root_on_linux() -> Result<bool> {
    Ok(cfg!(target_os = "linux") && apt::is_root()?)
}

fn can_make_a_node() -> Result<()> {
    if is_root_on_linux()? {
        return Ok(());
    }
    bail!(
        "no cluster can be made here. Any one of these helps:\n  \
         - --context NAME for a cluster you have\n  \
         - `kind` (https://kind.sigs.k8s.io) with a Docker engine that runs\n  \
         - Linux as root, where one node is made of packages"
    );
}

/// The cluster that is up, without touching it.
pub(crate) fn current() -> Result<Cluster> {
    found(&tools::cache("cluster")?, None)
}

fn found(clusters: &Path, context: Option<&str>) -> Result<Cluster> {
    if let Some(context) = context {
        let kubeconfig = given::kubeconfig(clusters, context);
        if kubeconfig.is_file() {
            return Ok(Cluster { kubeconfig, way: Way::Given });
        }
        bail!("`cargo xtask cluster up --context {context}` comes first");
    }
    let site = Site::new(clusters, Number::Developer);
    if one_node::is_up(&site)? {
        return Ok(Cluster { kubeconfig: site.kubeconfig(), way: Way::OneNode(site) });
    }
    if kind::is_up() {
        return Ok(Cluster { kubeconfig: of_kind(clusters), way: Way::Kind });
    }
    bail!("no cluster is up; `cargo xtask cluster up` brings one up");
}

fn down(clusters: &Path, context: Option<&str>) -> Result<()> {
    if let Some(context) = context {
        let kubeconfig = given::kubeconfig(clusters, context);
        if kubeconfig.is_file() {
            fs::remove_file(&kubeconfig)?;
        }
        return Ok(());
    }
    if kind::is_up() {
        kind::down(&of_kind(clusters))?;
    }
    one_node::down(&Site::new(clusters, Number::Developer))
}

fn of_kind(clusters: &Path) -> PathBuf {
    clusters.join("kind.kubeconfig")
}

/// The end of a log, for messages.
fn tail(path: &Path) -> String {
    const LINES: usize = 15;
    let text = fs::read_to_string(path).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    lines.get(lines.len().saturating_sub(LINES)..).unwrap_or_default().join("\n")
}
