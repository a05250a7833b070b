//! Debian packages: which are missing, and their installation where that is possible. Knows
//! nothing of what they are for.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::step;

const APT: &str = "/usr/bin/apt-get";

/// Installs packages, or says why that cannot be done from here.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    if !Path::new(APT).is_file() {
        bail!("this is not Debian");
    }
    if !is_root()? {
        bail!("{} are not installed, and only root can install them", packages.join(" and "));
    }
    eprintln!("apt-get install {}", packages.join(" "));
    // Package lists may be missing or old, so a first failure is not the last word.
    if try_install(packages)? {
        return Ok(());
    }
    let update = Command::new(APT).arg("update").stdout(std::io::stderr()).status()?;
    if !update.success() || !try_install(packages)? {
        bail!("apt-get could not install {}", packages.join(" "));
    }
    Ok(())
}

fn try_install(packages: &[&str]) -> Result<bool> {
    let mut command = Command::new(APT);
    command.args(["install", "--yes", "--no-install-recommends"]).args(packages);
    command.env("DEBIAN_FRONTEND", "noninteractive").stdout(std::io::stderr());
    Ok(command.status().context("cannot run apt-get")?.success())
}

pub(crate) fn is_root() -> Result<bool> {
    Ok(step::output(Command::new("id").arg("-u"))?.trim() == "0")
}
