//! Programs of the system that a cluster needs: from Debian's packages where root may install
//! them, otherwise named. What they are used for is not known here.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::apt;

/// Where distributions put the plugins that connect containers to networks.
pub(crate) const PLUGIN_FOLDERS: [&str; 3] = ["/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni"];

/// Where root's programs lie, also when `PATH` lacks them.
const FOLDERS: [&str; 3] = ["/usr/sbin", "/sbin", "/usr/local/sbin"];

/// Debian's package and a program that shows it is there.
const PACKAGES: [(&str, &str); 7] = [
    ("containerd", "containerd"),
    ("runc", "runc"),
    // iproute2 has a program `bridge` of its own.
    ("containernetworking-plugins", "host-local"),
    ("iptables", "iptables"),
    ("iproute2", "ip"),
    ("util-linux", "unshare"),
    ("docker-registry", "docker-registry"),
];

/// Installs what is not there yet; what cannot be installed is named.
pub(super) fn install() -> Result<Option<String>> {
    let absent = absent();
    if absent.is_empty() {
        return Ok(None);
    }
    let refused = apt::install(&absent).err();
    let absent = self::absent();
    let reason = refused.map(|e| format!(" ({e:#})")).unwrap_or_default();
    Ok((!absent.is_empty()).then(|| format!("{}{reason}", absent.join(", "))))
}

fn absent() -> Vec<&'static str> {
    let absent = PACKAGES.iter().filter(|(_, program)| find(program).is_none());
    absent.map(|(package, _)| *package).collect()
}

/// Where a program of the system is.
pub(super) fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders =
        env::split_paths(&path).chain(FOLDERS.iter().chain(&PLUGIN_FOLDERS).map(PathBuf::from));
    folders.map(|folder| folder.join(program)).find(|path| path.is_file())
}

/// The folder of the network plugins.
pub(crate) fn plugins() -> Option<&'static Path> {
    PLUGIN_FOLDERS.iter().map(Path::new).find(|folder| folder.join("bridge").is_file())
}
