//! Finds and stops a node's first process by its command line: a number written to a file may
//! long belong to somebody else.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use rustix::process::{Pid, Signal, kill_process};

use super::patience;
use super::site::Site;

/// The words after the program with which a node is started.
pub(super) fn words(site: &Site) -> Result<[String; 4]> {
    let clusters = site.state().parent().context("a cluster's folder has a parent")?;
    let clusters = clusters.display().to_string();
    Ok(["cluster".into(), "node".into(), site.number.text(), clusters])
}

/// The node's first process, as the machine numbers it.
pub(super) fn first(site: &Site) -> Result<Option<u32>> {
    let words = words(site)?;
    Ok(commands()?.into_iter().find(|(_, line)| line.get(1..) == Some(&words)).map(|(pid, _)| pid))
}

/// The first process and the one that gave it its own world.
fn both(site: &Site) -> Result<Vec<u32>> {
    let words = words(site)?;
    let commands = commands()?.into_iter().filter(|(_, line)| line.ends_with(&words));
    Ok(commands.map(|(pid, _)| pid).collect())
}

/// Kills the node. The end of its first process is the end of all others in it, of its mounts and
/// of its network; the one outside waits for that end, unless it died before.
pub(super) fn stop(site: &Site) -> Result<()> {
    let pids = match first(site)? {
        Some(pid) => vec![pid],
        None => both(site)?,
    };
    for pid in pids {
        if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
            // It may have ended just now.
            let _ = kill_process(pid, Signal::KILL);
        }
    }
    patience::until("the node's processes to end", Duration::from_secs(60), || {
        Ok(both(site)?.is_empty())
    })
}

/// Processes that name the cluster's folder on their command line, save this program's own.
pub(super) fn in_use(site: &Site) -> Result<Vec<String>> {
    let state = site.state().display().to_string();
    let own = std::process::id();
    let named = |line: &Vec<String>| {
        line.iter().any(|word| word.split('=').any(|part| Path::new(part).starts_with(&state)))
    };
    let commands = commands()?.into_iter().filter(|(pid, line)| *pid != own && named(line));
    Ok(commands.map(|(pid, line)| format!("{pid} {}", line.join(" "))).collect())
}

/// Every process with its command line; one that has ended has none.
fn commands() -> Result<Vec<(u32, Vec<String>)>> {
    let mut found = Vec::new();
    // Other systems have no such folder, and no such node.
    let Ok(entries) = fs::read_dir("/proc") else { return Ok(found) };
    for entry in entries {
        let entry = entry?;
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        let Ok(line) = fs::read(entry.path().join("cmdline")) else { continue };
        let words: Vec<_> = line
            .split(|byte| *byte == 0)
            .map(|word| String::from_utf8_lossy(word).into_owned())
            .collect();
        // The last word is followed by a zero, too.
        if let [words @ .., last] = words.as_slice()
            && last.is_empty()
            && !words.is_empty()
        {
            found.push((pid, words.to_vec()));
        }
    }
    Ok(found)
}
