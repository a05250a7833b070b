//! From the machine: brings the one-node cluster up, and removes every trace of it. What goes on
//! inside the node is the node's affair.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::DirBuilderExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use super::kubectl::Kubectl;
use super::settings::PAUSE_IMAGE;
use super::site::{NODE, Site};
use super::{certificates, cgroups, network, node, patience, process, tail};
use crate::images;
use crate::tools::{self, Tools};

/// How long a cluster may take to be ready.
const LIMIT: Duration = Duration::from_secs(240);

/// How long one that is up may keep somebody waiting.
const MOMENT: Duration = Duration::from_secs(20);

/// Folders of root's programs, which `PATH` may lack.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Brings the cluster up, unless it is. A half-dead one is replaced.
pub(super) fn up(site: &Site) -> Result<Tools> {
    let tools = tools::install_cluster()?;
    let kubectl = kubectl(site, &tools)?;
    if is_up(site)? && answers(site, &kubectl) {
        return Ok(tools);
    }
    down(site)?;
    let start = Instant::now();
    prepare(site, &tools)?;
    let mut child = spawn(site, &tools)?;
    let outcome = bring_up(site, &kubectl, &mut child);
    if let Err(error) = outcome {
        process::stop(site)?;
        let log = tail(&site.path("log/node.log"));
        return Err(
            error.context(format!("the node did not come up; logs: {}\n{log}", site.text("log")))
        );
    }
    eprintln!("cluster: node ready after {:.1} s", start.elapsed().as_secs_f64());
    Ok(tools)
}

pub(super) fn is_up(site: &Site) -> Result<bool> {
    Ok(process::first(site)?.is_some())
}

pub(super) fn kubectl(site: &Site, tools: &Tools) -> Result<Kubectl> {
    Ok(Kubectl::new(tools.get("CG_HYPERKUBE")?.to_path_buf(), site.kubeconfig()))
}

fn prepare(site: &Site, tools: &Tools) -> Result<()> {
    let mut folder = fs::DirBuilder::new();
    folder.recursive(true).mode(0o700).create(site.path("log"))?;
    certificates::write(site)?;
    let image = images::pause(tools.get(tools::PAUSE)?, PAUSE_IMAGE)?;
    Ok(fs::write(site.path(node::PAUSE_ARCHIVE), image)?)
}

/// Starts the node in its own world. It survives this program, and not its own first process.
fn spawn(site: &Site, tools: &Tools) -> Result<Child> {
    let log = fs::File::create(site.path("log/node.log"))?;
    let mut command = Command::new("unshare");
    command.args(["--net", "--mount", "--pid", "--fork", "--kill-child", "--"]);
    command.arg(std::env::current_exe()?).args(process::words(site)?);
    // A proxy of the environment would get calls that must stay in the node.
    command.env_clear().env("PATH", PATH).env("HOME", site.state());
    command.envs(tools.environment.iter().map(|(name, path)| (name, path)));
    command.current_dir("/").process_group(0);
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    command.spawn().context("cannot start `unshare` (Debian: util-linux)")
}

fn bring_up(site: &Site, kubectl: &Kubectl, child: &mut Child) -> Result<()> {
    let mut alive = || match child.try_wait()? {
        Some(status) => bail!("its first process ended ({status})"),
        None => Ok(()),
    };
    let mut pid = None;
    patience::until("the node's first process", Duration::from_secs(30), || {
        alive()?;
        pid = process::first(site)?;
        Ok(pid.is_some())
    })?;
    network::lay(site, pid.context("the node has no first process")?)?;
    patience::until("the node to be ready", LIMIT, || {
        alive()?;
        Ok(is_ready(site, kubectl))
    })
}

/// A busy node is ready a moment later, a half-dead one never.
fn answers(site: &Site, kubectl: &Kubectl) -> bool {
    patience::until("an answer", MOMENT, || Ok(is_ready(site, kubectl))).is_ok()
}

/// The node takes pods, a bare pod finds its account, and names are answered.
fn is_ready(site: &Site, kubectl: &Kubectl) -> bool {
    let condition = "jsonpath={.status.conditions[?(@.type=='Ready')].status}";
    let node = kubectl.run(&["get", "node", NODE, "--output", condition]);
    let names = SocketAddr::from((site.node(), 53));
    node.is_ok_and(|status| status == "True")
        && kubectl.run(&["get", "serviceaccount", "default", "--namespace", "default"]).is_ok()
        && TcpStream::connect_timeout(&names, Duration::from_secs(1)).is_ok()
}

/// Stops the node and removes all that is left of it, however it ended.
pub(super) fn down(site: &Site) -> Result<()> {
    process::stop(site)?;
    network::clear(site)?;
    cgroups::remove(site)?;
    if site.state().exists() {
        let state = site.state();
        fs::remove_dir_all(state).with_context(|| format!("removing {}", state.display()))?;
    }
    Ok(())
}

/// Everything of the cluster that this machine still has: nothing, after `down`.
pub(super) fn traces(site: &Site) -> Result<Vec<String>> {
    let mut traces = process::in_use(site)?;
    traces.extend(cgroups::left(site)?.iter().map(|group| group.display().to_string()));
    if network::is_laid(site) {
        traces.push(format!("network interface {}", site.cable()));
    }
    if site.state().exists() {
        traces.push(site.state().display().to_string());
    }
    let (state, mounts) = (site.text(""), fs::read_to_string("/proc/self/mounts")?);
    traces.extend(mounts.lines().filter(|line| line.contains(&state)).map(str::to_owned));
    Ok(traces)
}
