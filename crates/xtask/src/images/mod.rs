//! `cargo xtask images`: OCI archives of our programs, written without an engine, each with its
//! bill of materials beside it. How the programs behave is not known here.

mod bill;
mod binary;
mod content;
mod layer;
mod layout;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::project::Project;
use crate::{cluster, tools};
use content::Entry;
use layer::Layer;
use layout::Image;

/// Options of `cargo xtask images`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Build for users: optimised and compressed, which takes many minutes
    #[arg(long)]
    release: bool,
    /// Hand the images to the cluster that is up, with a collector of telemetry
    #[arg(long)]
    load: bool,
    /// Where to write the archives
    #[arg(short, long, value_name = "DIR", default_value = "target/images")]
    output: PathBuf,
}

/// The programs that have an image: package, and what it says of itself.
const PROGRAMS: [(&str, &str); 2] = [
    ("runtime-node", "Runs one graph of WebAssembly components"),
    ("operator", "Runs ComponentGraphs in Kubernetes"),
];

/// Images of this machine; the name of a registry would say that they can be had there.
const PREFIX: &str = "localhost/componentgraph";

pub(crate) fn run(project: &Project, options: &Options) -> Result<()> {
    let folder = project.root().join(&options.output);
    let mut archives = programs(project, options.release, &folder)?;
    if options.load {
        archives.push(collector(&folder)?);
        cluster::current()?.load(&archives)?;
        eprintln!("images: loaded {} into the cluster", archives.len());
    }
    Ok(())
}

/// Everything a cluster needs: our programs, as the tests build them or as users have them, and a
/// Collector.
pub(crate) fn for_cluster(project: &Project, release: bool) -> Result<Vec<PathBuf>> {
    let folder = project.root().join("target/images");
    let mut archives = programs(project, release, &folder)?;
    archives.push(collector(&folder)?);
    Ok(archives)
}

/// The runtime node, as the tests build it.
pub(crate) fn runtime_node(project: &Project) -> Result<PathBuf> {
    binary::build(project, "runtime-node", false)
}

fn programs(project: &Project, release: bool, folder: &Path) -> Result<Vec<PathBuf>> {
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    let archive = |(package, description)| program(project, release, folder, package, description);
    PROGRAMS.into_iter().map(archive).collect()
}

fn program(
    project: &Project,
    release: bool,
    folder: &Path,
    package: &str,
    description: &str,
) -> Result<PathBuf> {
    let binary = binary::build(project, package, release)?;
    let version = env!("CARGO_PKG_VERSION");
    let entries = content::of(package, &binary)?;
    let image = Image {
        reference: format!("{PREFIX}/{package}:{version}"),
        entrypoint: format!("/{package}"),
        labels: labels(package, version, description),
        layer: Layer::new(&entries, release)?,
    };
    let archive = store(folder, package, &image)?;
    let bill = bill::write(project, package, &image, &entries)?;
    let path = folder.join(format!("{package}.spdx.json"));
    fs::write(&path, bill).with_context(|| format!("writing {}", path.display()))?;
    Ok(archive)
}

fn labels(title: &str, version: &str, description: &str) -> Vec<(String, String)> {
    let label =
        |name: &str, value: &str| (format!("org.opencontainers.image.{name}"), value.to_owned());
    vec![
        label("description", description),
        label("licenses", env!("CARGO_PKG_LICENSE")),
        label("title", &format!("componentgraph {title}")),
        label("version", version),
    ]
}

/// The OpenTelemetry Collector the tests use, for pods.
fn collector(folder: &Path) -> Result<PathBuf> {
    let tools = tools::install()?;
    let entries = content::of("otelcol", tools.get("CG_OTELCOL")?)?;
    let image = Image {
        reference: format!("{PREFIX}/otelcol:{}", tools::COLLECTOR_VERSION),
        entrypoint: "/otelcol".into(),
        labels: Vec::new(),
        layer: Layer::new(&entries, false)?,
    };
    store(folder, "otelcol", &image)
}

/// The archive of the program that holds a pod's namespaces.
pub(crate) fn pause(binary: &Path, reference: &str) -> Result<Vec<u8>> {
    let entries = [Entry::program("pause", binary)?];
    let image = Image {
        reference: reference.to_owned(),
        entrypoint: "/pause".into(),
        labels: Vec::new(),
        layer: Layer::new(&entries, false)?,
    };
    image.archive()
}

fn store(folder: &Path, name: &str, image: &Image) -> Result<PathBuf> {
    let path = folder.join(format!("{name}.tar"));
    let bytes = image.archive()?;
    fs::write(&path, &bytes).with_context(|| format!("writing {}", path.display()))?;
    let mib = bytes.len() as f64 / f64::from(1 << 20);
    println!("{} {} {mib:.1} MiB {}", image.reference, image.digest()?, path.display());
    Ok(path)
}
