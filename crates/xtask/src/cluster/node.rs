//! Inside the node: the first process of its own world of processes, mounts and network. It sets
//! that world up, starts the programs, and buries what dies. When a program ends, so does the node.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use rustix::process::{Pid, WaitOptions, wait};

use super::kubectl::Kubectl;
use super::programs::{self, Binary, Program};
use super::settings::{self, Machine};
use super::site::Site;
use super::{cgroups, network, patience, tail};
use crate::{step, tools};

/// Folders in which the programs leave things wherever they are told to; here they are the node's
/// own and vanish with it.
const OWN_FOLDERS: [&str; 3] = ["/run", "/var/lib", "/var/log"];

/// How long a program may take to be there.
const LIMIT: Duration = Duration::from_secs(120);

/// The image of the container that holds a pod's namespaces, as the machine prepared it.
pub(super) const PAUSE_ARCHIVE: &str = "pause.tar";

/// Runs the node to its end.
pub(super) fn run(site: &Site) -> Result<()> {
    ensure!(std::process::id() == 1, "this is part of `cargo xtask cluster up`");
    mount(site)?;
    network::connect(site)?;
    cgroups::create(site)?;
    write_settings(site)?;
    let mut running = Running::default();
    for program in programs::first(site) {
        running.start(site, &program)?;
    }
    import_pause(site, &mut running)?;
    let kubectl = Kubectl::new(path_of("CG_HYPERKUBE")?, site.kubeconfig());
    running.wait_for("the API server", || kubectl.run(&["get", "--raw", "/readyz"]).is_ok())?;
    for program in programs::second(site) {
        running.start(site, &program)?;
    }
    running.bury(site)
}

fn mount(site: &Site) -> Result<()> {
    step::output(Command::new("mount").args(["-t", "proc", "proc", "/proc"]))?;
    for folder in OWN_FOLDERS {
        ensure!(
            !site.state().starts_with(folder),
            "the cache folder {} lies in {folder}, which the node hides; set XDG_CACHE_HOME",
            site.state().display()
        );
        step::output(Command::new("mount").args(["-t", "tmpfs", "tmpfs", folder]))?;
    }
    Ok(())
}

fn write_settings(site: &Site) -> Result<()> {
    let plugins = tools::plugins().context("no plugins for container networks")?;
    let machine = Machine { plugins, bridge_is_filtered: network::bridge_is_filtered() };
    for (name, text) in settings::all(site, &machine) {
        let path = site.path(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(())
}

fn import_pause(site: &Site, running: &mut Running) -> Result<()> {
    let mut last = None;
    running
        .wait_for("containerd", || {
            import(site, &site.path(PAUSE_ARCHIVE)).map_err(|e| last = Some(e)).is_ok()
        })
        .map_err(|error| match last {
            Some(last) => last.context(error.to_string()),
            None => error,
        })
}

/// Hands an image to the node's container runtime. Works on the machine as well.
pub(super) fn import(site: &Site, archive: &std::path::Path) -> Result<()> {
    let mut ctr = Command::new("ctr");
    ctr.arg("--address").arg(site.socket()).args(["--namespace", "k8s.io", "images", "import"]);
    step::output(ctr.arg(archive)).map(|_| ())
}

fn path_of(variable: &str) -> Result<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from).with_context(|| format!("{variable} is not set"))
}

/// The programs that must not end.
#[derive(Default)]
struct Running {
    names: BTreeMap<i32, &'static str>,
}

impl Running {
    fn start(&mut self, site: &Site, program: &Program) -> Result<()> {
        let path = match program.binary {
            Binary::Hyperkube => path_of("CG_HYPERKUBE")?,
            Binary::CoreDns => path_of("CG_COREDNS")?,
            Binary::System(name) => PathBuf::from(name),
        };
        let log = fs::File::create(site.path(&format!("log/{}.log", program.name)))?;
        let mut command = Command::new(path);
        command.args(&program.args).current_dir(site.state());
        // Signals to the node's first process are not for its programs.
        command.process_group(0).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let child = command.spawn().with_context(|| format!("starting {}", program.name))?;
        self.names.insert(Pid::from_child(&child).as_raw_pid(), program.name);
        Ok(())
    }

    fn wait_for(&mut self, what: &str, mut question: impl FnMut() -> bool) -> Result<()> {
        patience::until(what, LIMIT, || {
            while let Ok(Some((pid, status))) = wait(WaitOptions::NOHANG) {
                self.ended(pid, status.as_raw())?;
            }
            Ok(question())
        })
    }

    /// Waits for deaths until one matters.
    fn bury(&self, site: &Site) -> Result<()> {
        loop {
            if let Some((pid, status)) = wait(WaitOptions::empty())? {
                self.ended(pid, status.as_raw()).map_err(|error| match self.name(pid) {
                    Some(name) => error.context(tail(&site.path(&format!("log/{name}.log")))),
                    None => error,
                })?;
            }
        }
    }

    fn name(&self, pid: Pid) -> Option<&'static str> {
        self.names.get(&pid.as_raw_pid()).copied()
    }

    /// Orphans of containers come here, too; only the programs matter.
    fn ended(&self, pid: Pid, status: i32) -> Result<()> {
        match self.name(pid) {
            Some(name) => bail!("{name} ended (status {status}), see log/{name}.log"),
            None => Ok(()),
        }
    }
}
