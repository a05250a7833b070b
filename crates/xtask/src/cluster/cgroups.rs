//! The cgroup below which all pods of a node run, in every hierarchy this machine has. Who makes
//! groups below it is not known here.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::patience;
use super::site::Site;

/// Makes the group, with the controllers that Kubernetes wants.
pub(super) fn create(site: &Site) -> Result<()> {
    for root in roots(&mounts()?) {
        // Only in the second version, and mostly switched on already; the kubelet says what lacks.
        let control = root.join("cgroup.subtree_control");
        if control.exists() {
            for controller in ["+cpu", "+cpuset", "+io", "+memory", "+pids"] {
                let _ = fs::write(&control, controller);
            }
        }
        let group = root.join(site.cgroup());
        fs::create_dir_all(&group).with_context(|| format!("making {}", group.display()))?;
    }
    Ok(())
}

/// Removes the group with all below. Its processes must have been stopped; the kernel needs a
/// moment to let go of them.
pub(super) fn remove(site: &Site) -> Result<()> {
    for group in left(site)? {
        let what = format!("{} to be empty", group.display());
        patience::until(&what, Duration::from_secs(60), || match remove_tree(&group) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::ResourceBusy => Ok(false),
            Err(error) => Err(error).with_context(|| format!("removing {}", group.display())),
        })?;
    }
    Ok(())
}

/// The folders of the group that exist.
pub(super) fn left(site: &Site) -> Result<Vec<PathBuf>> {
    let groups = roots(&mounts()?).into_iter().map(|root| root.join(site.cgroup()));
    Ok(groups.filter(|group| group.exists()).collect())
}

/// A group is removed as an empty folder, whatever files it shows.
fn remove_tree(group: &Path) -> io::Result<()> {
    for entry in fs::read_dir(group)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            remove_tree(&entry.path())?;
        }
    }
    fs::remove_dir(group)
}

fn mounts() -> Result<String> {
    fs::read_to_string("/proc/self/mounts").context("reading /proc/self/mounts")
}

fn roots(mounts: &str) -> Vec<PathBuf> {
    let root = |line: &str| {
        let mut fields = line.split(' ').skip(1);
        let (path, kind) = (fields.next()?, fields.next()?);
        matches!(kind, "cgroup" | "cgroup2").then(|| PathBuf::from(path))
    };
    mounts.lines().filter_map(root).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_have_roots() {
        let hybrid = "proc /proc proc rw 0 0\n\
            tmpfs /sys/fs/cgroup tmpfs rw 0 0\n\
            cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,cpu,cpuacct 0 0\n\
            cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n";
        let expected = ["/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup/unified"];
        assert_eq!(roots(hybrid), expected.map(PathBuf::from));
        assert_eq!(roots("cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n").len(), 1);
    }
}
