//! `cargo xtask cluster test`: a cluster of its own comes up, runs a pod under the strictest
//! rules, then the product, and goes without a trace, also when its programs were killed.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use super::kubectl::Kubectl;
use super::rung::{self, AuditLog, Installed};
use super::settings::PAUSE_IMAGE;
use super::site::{NODE, Site};
use super::{node, one_node, patience, process};
use crate::project::Project;
use crate::tools::Tools;
use crate::{images, step, tools};

const OBJECTS: &str = include_str!("testdata/smoke.yaml");

pub(super) fn run(project: &Project, only: &str, site: &Site) -> Result<()> {
    // Built first, so that no cluster waits for compilers.
    let images = images::for_cluster(project, false)?;
    let outcome = scenario(project, only, site, &images);
    // The error of the scenario says more than one of the clean-up would.
    let cleaned = one_node::down(site);
    outcome.and(cleaned)?;
    eprintln!("cluster test: passed");
    Ok(())
}

fn scenario(project: &Project, only: &str, site: &Site, images: &[PathBuf]) -> Result<()> {
    let tools = one_node::up(site)?;
    let kubectl = one_node::kubectl(site, &tools)?;
    runs_a_pod(&kubectl)?;
    let first = process::first(site)?;
    one_node::up(site)?;
    ensure!(process::first(site)? == first, "a second `up` replaced the node");
    rung::run(&installed(project, site, &tools, images)?, only)?;
    leaves_no_trace(site)?;

    one_node::up(site)?;
    kill_containerd(site)?;
    patience::until("the node to end with its program", Duration::from_secs(60), || {
        Ok(process::first(site)?.is_none())
    })?;
    leaves_no_trace(site)
}

fn runs_a_pod(kubectl: &Kubectl) -> Result<()> {
    let nodes = kubectl.run(&["get", "nodes", "--no-headers"])?;
    ensure!(nodes.starts_with(NODE) && nodes.contains(" Ready "), "unexpected nodes: {nodes}");
    let objects = OBJECTS.replace("IMAGE", PAUSE_IMAGE);
    kubectl.feed(&["create", "--filename", "-"], &objects)?;
    let wait = ["wait", "pod/pause", "--namespace", "smoke", "--for=condition=Ready"];
    kubectl.run(&[&wait[..], &["--timeout=120s"]].concat()).or_else(|error| {
        let pod = kubectl.run(&["describe", "pod", "pause", "--namespace", "smoke"])?;
        Err(error.context(pod))
    })?;
    kubectl.run(&["logs", "pause", "--namespace", "smoke"]).context("logs of the pod")?;
    Ok(())
}

/// The product alone, for whoever measures it.
pub(super) fn measured(
    project: &Project,
    release: bool,
    site: &Site,
    work: impl FnOnce(&Installed) -> Result<()>,
) -> Result<()> {
    let images = images::for_cluster(project, release)?;
    let outcome = one_node::up(site).and_then(|tools| {
        let world = installed(project, site, &tools, &images)?;
        world.install()?;
        work(&world)
    });
    let cleaned = one_node::down(site);
    outcome.and(cleaned)
}

fn installed(
    project: &Project,
    site: &Site,
    tools: &Tools,
    images: &[PathBuf],
) -> Result<Installed> {
    for image in images {
        node::import(site, image)?;
    }
    Ok(Installed {
        kubectl: one_node::kubectl(site, tools)?,
        helm: tools.get("CG_HELM")?.to_path_buf(),
        kubeconfig: site.kubeconfig(),
        root: project.root().to_path_buf(),
        scratch: site.path("rung"),
        host: site.host(),
        registry: tools::registry()?,
        runtime_node: images::runtime_node(project)?,
        socket: site.socket(),
        audit: AuditLog::new(site.path("log/audit.log")),
    })
}

fn kill_containerd(site: &Site) -> Result<()> {
    let config = site.text("containerd.toml");
    let of_containerd = |line: &String| line.ends_with(&config);
    let processes = process::in_use(site)?;
    let line = processes.iter().find(|line| of_containerd(line)).context("no containerd runs")?;
    let pid = line.split(' ').next().unwrap_or_default();
    step::output(Command::new("kill").args(["-KILL", pid])).map(|_| ())
}

fn leaves_no_trace(site: &Site) -> Result<()> {
    one_node::down(site)?;
    let traces = one_node::traces(site)?;
    ensure!(traces.is_empty(), "left by the cluster:\n  {}", traces.join("\n  "));
    Ok(())
}
