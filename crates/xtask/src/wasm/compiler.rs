//! Which compiler builds the wasm: the first that can, in a fixed order. Knows nothing of the
//! crates that are built with it.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use super::debian;
use crate::project::Project;

/// The target of all our components: it brings no WASI imports of its own.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Names a compiler that is to be used whatever else is there.
const VARIABLE: &str = "CG_WASM_RUSTC";

/// How long `rustup` may try to download the target.
const RUSTUP_LIMIT: Duration = Duration::from_secs(60);

/// How the standard library for the target comes about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Library {
    /// It lies in the compiler's sysroot.
    Sysroot,
    /// Cargo builds it from Debian's sources.
    Built,
}

/// A compiler that can build for [`TARGET`].
pub(crate) struct Compiler {
    rustc: PathBuf,
    found: &'static str,
    library: Library,
    version: String,
}

impl Compiler {
    /// The first of: the variable, the active toolchain, `rustup target add`, Debian's packages.
    pub(crate) fn find(project: &Project) -> anyhow::Result<Self> {
        if let Some(named) = std::env::var_os(VARIABLE) {
            return Self::named(PathBuf::from(named));
        }
        let active = PathBuf::from("rustc");
        let version = version(&active)?;
        if has_target(&active) {
            return Ok(Self {
                rustc: active,
                found: "active toolchain",
                library: Library::Sysroot,
                version,
            });
        }
        if rustup_adds_target(project, &version) && has_target(&active) {
            return Ok(Self {
                rustc: active,
                found: "rustup target add",
                library: Library::Sysroot,
                version,
            });
        }
        match debian::rustc() {
            Ok(rustc) => Ok(Self {
                version: self::version(&rustc)?,
                rustc,
                found: "Debian's rustc-web and rust-web-src, standard library built from source",
                library: Library::Built,
            }),
            Err(reason) => bail!(
                "no Rust compiler here can build for {TARGET} ({reason:#}). Any one of these helps:\n  \
                 - rustup target add {TARGET}\n  \
                 - apt-get install {} (Debian)\n  \
                 - set {VARIABLE} to a rustc whose sysroot has the target",
                debian::PACKAGES.join(" ")
            ),
        }
    }

    fn named(rustc: PathBuf) -> anyhow::Result<Self> {
        let version = version(&rustc).with_context(|| format!("{VARIABLE} is set"))?;
        if !has_target(&rustc) {
            bail!(
                "{VARIABLE} names {}, whose sysroot has no {TARGET}; name another or unset it",
                rustc.display()
            );
        }
        Ok(Self { rustc, found: VARIABLE, library: Library::Sysroot, version })
    }

    /// What decides, beside the version, what the compiler makes of given sources.
    pub(crate) fn kind(&self) -> &'static str {
        match self.library {
            Library::Sysroot => "sysroot",
            Library::Built => "build-std",
        }
    }

    /// All that `rustc -vV` says.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// Cargo, set up to build with this compiler.
    pub(crate) fn cargo_build(&self) -> anyhow::Result<Command> {
        // Inside `cargo xtask` this names the cargo that runs us.
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.arg("build").args(["--target", TARGET]);
        if self.found != "active toolchain" && self.found != "rustup target add" {
            command.env("RUSTC", &self.rustc);
        }
        if self.library == Library::Built {
            command.arg("-Zbuild-std=std,panic_abort").env("RUSTC_BOOTSTRAP", "1");
            command.env("PATH", debian::path_with_linker()?);
        }
        Ok(command)
    }
}

impl fmt::Display for Compiler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.version.lines().next().unwrap_or_default();
        write!(f, "{} ({first}; {})", self.rustc.display(), self.found)
    }
}

/// What a compiler prints for `arguments`.
pub(crate) fn ask(rustc: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(rustc)
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot run {}", rustc.display()))?;
    if !output.status.success() {
        bail!("{} {} failed: {}", rustc.display(), arguments.join(" "), output.status);
    }
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

fn version(rustc: &Path) -> anyhow::Result<String> {
    ask(rustc, &["-vV"])
}

fn has_target(rustc: &Path) -> bool {
    ask(rustc, &["--print", "sysroot"]).is_ok_and(|sysroot| {
        Path::new(&sysroot).join("lib/rustlib").join(TARGET).join("lib").is_dir()
    })
}

/// Lets `rustup` fetch the target. A failure is remembered for this toolchain, since without a
/// network every try would cost the whole time limit.
fn rustup_adds_target(project: &Project, version: &str) -> bool {
    let failed = project.artifacts().join("rustup-failed");
    if fs::read_to_string(&failed).is_ok_and(|earlier| earlier == version) {
        return false;
    }
    eprintln!("rustup target add {TARGET} (at most {} s)", RUSTUP_LIMIT.as_secs());
    let done = run_limited(Command::new("rustup").args(["target", "add", TARGET]), RUSTUP_LIMIT);
    if !done {
        eprintln!("  did not work; not tried again until {} is removed", failed.display());
        let remembered =
            fs::create_dir_all(project.artifacts()).and_then(|()| fs::write(&failed, version));
        if let Err(error) = remembered {
            eprintln!("  cannot write {}: {error}", failed.display());
        }
    }
    done
}

/// Whether the command ended well within the limit; it is stopped at the limit.
fn run_limited(command: &mut Command, limit: Duration) -> bool {
    let Ok(mut child) = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn() else {
        return false;
    };
    let start = Instant::now();
    while start.elapsed() < limit {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) => std::thread::sleep(Duration::from_millis(100)),
            Err(_) => break,
        }
    }
    // Both fail only if the child has ended by itself in the meantime.
    let _ = child.kill();
    let _ = child.wait();
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_over_its_limit_is_stopped() {
        let start = Instant::now();
        assert!(!run_limited(Command::new("sleep").arg("30"), Duration::from_millis(200)));
        assert!(start.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn a_command_within_its_limit_tells_how_it_ended() {
        assert!(run_limited(&mut Command::new("true"), RUSTUP_LIMIT));
        assert!(!run_limited(&mut Command::new("false"), RUSTUP_LIMIT));
        assert!(!run_limited(&mut Command::new("no-such-program-here"), RUSTUP_LIMIT));
    }

    #[test]
    fn a_named_compiler_must_exist() {
        let error =
            Compiler::named(PathBuf::from("/no/such/rustc")).err().map(|e| format!("{e:#}"));
        let text = error.unwrap();
        assert!(text.starts_with("CG_WASM_RUSTC is set: cannot run /no/such/rustc"), "{text}");
    }
}
