//! What is in an image: a program, the libraries it is linked to, and the few files they read. No
//! shell, and nothing else to run. How it is packed is not known here.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::step;

/// The user everything runs as; it owns nothing.
pub(super) const USER: u32 = 65532;

/// Roots that a program trusts, as Debian writes them.
const AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";

/// A file or folder of the image.
pub(super) struct Entry {
    /// Without a leading slash; a folder ends with one.
    pub(super) path: String,
    pub(super) mode: u32,
    pub(super) bytes: Vec<u8>,
    pub(super) kind: Kind,
}

/// What an entry is, as far as the bill of materials minds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Program,
    Library,
    Data,
}

impl Entry {
    pub(super) fn program(name: &str, binary: &Path) -> Result<Self> {
        Self::copy(name, binary, 0o755, Kind::Program)
    }

    fn copy(path: &str, from: &Path, mode: u32, kind: Kind) -> Result<Self> {
        let bytes = fs::read(from).with_context(|| format!("reading {}", from.display()))?;
        Ok(Self { path: path.trim_start_matches('/').to_owned(), mode, bytes, kind })
    }

    fn data(path: &str, text: &str) -> Self {
        let bytes = text.as_bytes().to_vec();
        Self { path: path.to_owned(), mode: 0o644, bytes, kind: Kind::Data }
    }
}

/// The entries of an image that runs `binary` as `/name`.
pub(super) fn of(name: &str, binary: &Path) -> Result<Vec<Entry>> {
    let mut entries = vec![
        Entry::program(name, binary)?,
        Entry::data("etc/group", &format!("nonroot:x:{USER}:\n")),
        // Without it the C library asks DNS before the file of hosts.
        Entry::data("etc/nsswitch.conf", "hosts: files dns\n"),
        Entry::data("etc/passwd", &format!("nonroot:x:{USER}:{USER}:nonroot:/:/sbin/nologin\n")),
        Entry { path: "tmp/".into(), mode: 0o1777, bytes: Vec::new(), kind: Kind::Data },
    ];
    if Path::new(AUTHORITIES).is_file() {
        entries.push(Entry::copy(AUTHORITIES, Path::new(AUTHORITIES), 0o644, Kind::Data)?);
    }
    for library in libraries(binary)? {
        let path = library.display().to_string();
        entries.push(Entry::copy(&path, &library, 0o755, Kind::Library)?);
    }
    Ok(entries)
}

fn libraries(binary: &Path) -> Result<Vec<PathBuf>> {
    let output = Command::new("ldd").arg(binary).output().context("cannot start `ldd`")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let complaint = String::from_utf8_lossy(&output.stderr);
    if text.contains("statically linked") || complaint.contains("not a dynamic executable") {
        return Ok(Vec::new());
    }
    if !output.status.success() {
        bail!("ldd {}: {}", binary.display(), complaint.trim_end());
    }
    linked(&text)
}

/// Reads what `ldd` writes. A library lies in the image where the linker finds it here.
fn linked(text: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (name, rest) = line.split_once(" => ").unwrap_or((line, line));
        let path = rest.split(" (").next().unwrap_or_default().trim();
        if path == "not found" {
            bail!("the program needs {name}, which is not on this machine");
        }
        if path.starts_with('/') {
            found.push(PathBuf::from(path));
        }
    }
    Ok(found)
}

/// The Debian package of a library and its version, where there is one.
pub(super) fn package(library: &str) -> Option<(String, String)> {
    let real = fs::canonicalize(library).ok()?;
    // Packages list files below /usr by the path they had before /lib became a link.
    let merged = real.strip_prefix("/usr").ok().map(|rest| Path::new("/").join(rest));
    let owner = [Some(real), merged].into_iter().flatten().find_map(|path| {
        let found = step::output(Command::new("dpkg-query").arg("--search").arg(path)).ok()?;
        Some(found.split(':').next()?.to_owned())
    })?;
    let version = step::output(Command::new("dpkg-query").args([
        "--show",
        "--showformat=${Version}",
        &owner,
    ]));
    Some((owner, version.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ldd_writes() {
        let text = "\tlinux-vdso.so.1 (0x00007f068c32b000)\n\
            \tlibgcc_s.so.1 => /lib/x86_64-linux-gnu/libgcc_s.so.1 (0x00007f068c2fa000)\n\
            \t/lib64/ld-linux-x86-64.so.2 (0x00007f068c32d000)\n";
        let expected = ["/lib/x86_64-linux-gnu/libgcc_s.so.1", "/lib64/ld-linux-x86-64.so.2"];
        assert_eq!(linked(text).unwrap(), expected.map(PathBuf::from));
        let error = linked("\tlibodd.so.1 => not found\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "the program needs libodd.so.1, which is not on this machine"
        );
    }

    #[test]
    fn an_image_has_no_shell_and_one_user() {
        let own = std::env::current_exe().unwrap();
        let entries = of("program", &own).unwrap();
        let paths: Vec<_> = entries.iter().map(|entry| entry.path.as_str()).collect();
        assert!(paths.contains(&"program") && paths.contains(&"etc/passwd"), "{paths:?}");
        assert!(paths.iter().any(|path| path.ends_with("libc.so.6")), "{paths:?}");
        let programs = entries.iter().filter(|entry| entry.kind == Kind::Program);
        assert_eq!(programs.count(), 1);
    }
}
