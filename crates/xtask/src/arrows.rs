//! Which room may know which, as an exact list, proved from `cargo tree` for each room alone.

use std::collections::BTreeSet;

use anyhow::Result;

use crate::project::Project;
use crate::step;

/// What one room is built from.
struct Room {
    name: &'static str,
    /// Rooms it knows, directly or through others: all of these and no other.
    knows: &'static [&'static str],
    /// Crates it must not contain, however deep.
    never: &'static [&'static str],
    /// Crates it must contain: shows that the check can see such a crate at all.
    contains: &'static [&'static str],
}

const ROOMS: [Room; 7] = [
    Room {
        name: "graph",
        knows: &[],
        never: &["hyper", "kube", "reqwest", "tokio", "wasmparser", "wasmtime"],
        contains: &["serde"],
    },
    Room {
        name: "composer",
        knows: &["graph"],
        never: &["hyper", "kube", "reqwest", "tokio", "wasmtime"],
        contains: &["wac-graph"],
    },
    Room {
        name: "artifacts",
        knows: &["graph"],
        never: &["kube", "tonic", "wac-graph", "wasmtime"],
        contains: &["reqwest", "tokio"],
    },
    Room {
        name: "telemetry",
        knows: &[],
        never: &["kube", "wac-graph", "wasmparser", "wasmtime"],
        contains: &["tonic"],
    },
    Room {
        name: "runtime-node",
        knows: &["artifacts", "composer", "graph", "telemetry"],
        never: &["kube"],
        contains: &["tokio", "wasmparser", "wasmtime"],
    },
    Room {
        name: "operator",
        knows: &["artifacts", "composer", "graph"],
        never: &["tonic", "wasmtime"],
        contains: &["kube", "wac-graph", "wasmparser"],
    },
    // A chore must not wait for wasmtime to be built.
    Room { name: "xtask", knows: &[], never: &["kube", "wasmtime"], contains: &["wit-component"] },
];

/// Everything that contradicts the list above.
pub(crate) fn check(project: &Project) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for room in &ROOMS {
        findings.extend(check_room(room, &parts(project, room.name)?));
    }
    findings.extend(check_members(&members(project)?));
    findings.extend(check_controls(&locked(project)?));
    Ok(findings)
}

fn check_room(room: &Room, parts: &BTreeSet<String>) -> Vec<String> {
    let name = room.name;
    let known: BTreeSet<_> =
        ROOMS.iter().map(|r| r.name).filter(|n| *n != name && parts.contains(*n)).collect();
    let expected: BTreeSet<_> = room.knows.iter().copied().collect();
    let mut findings = Vec::new();
    for extra in known.difference(&expected) {
        findings.push(format!("{name} knows {extra}, which it must not"));
    }
    for missing in expected.difference(&known) {
        findings.push(format!("{name} no longer knows {missing}; take it off the list"));
    }
    for never in room.never.iter().filter(|never| parts.contains(**never)) {
        findings.push(format!("{name} contains the crate {never}, which it must not"));
    }
    for control in room.contains.iter().filter(|control| !parts.contains(**control)) {
        findings.push(format!("{name} does not contain {control}; the check sees nothing"));
    }
    findings
}

fn check_members(members: &BTreeSet<String>) -> Vec<String> {
    let listed: BTreeSet<_> = ROOMS.iter().map(|room| room.name.to_owned()).collect();
    let unlisted = members.difference(&listed);
    unlisted.map(|name| format!("the room {name} has no list of what it may know")).collect()
}

/// A forbidden crate must be one that could be there, or the rule proves nothing.
fn check_controls(locked: &BTreeSet<String>) -> Vec<String> {
    let forbidden: BTreeSet<_> = ROOMS.iter().flat_map(|room| room.never.iter().copied()).collect();
    let absent = forbidden.into_iter().filter(|name| !locked.contains(*name));
    absent
        .map(|name| format!("{name} is forbidden and not in Cargo.lock; the rule proves nothing"))
        .collect()
}

/// Names of all crates that `room` is built from, itself included.
fn parts(project: &Project, room: &str) -> Result<BTreeSet<String>> {
    let args = ["tree", "--locked", "-p", room, "-e", "normal,build", "--target", "all"];
    let tree = step::output(step::cargo(project, args).args(["--prefix", "none"]))?;
    Ok(tree.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect())
}

fn members(project: &Project) -> Result<BTreeSet<String>> {
    let args = ["tree", "--locked", "--workspace", "--depth", "0", "--prefix", "none"];
    let tree = step::output(&mut step::cargo(project, args))?;
    let names = tree.lines().filter_map(|line| line.split(' ').next());
    Ok(names.filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

fn locked(project: &Project) -> Result<BTreeSet<String>> {
    let text = std::fs::read_to_string(project.root().join("Cargo.lock"))?;
    let names = text.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    Ok(names.map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rooms_know_what_they_may_know() {
        assert_eq!(check(&Project::locate().unwrap()).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn each_kind_of_mistake_is_seen() {
        let set = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<BTreeSet<_>>();
        let room = Room {
            name: "composer",
            knows: &["graph"],
            never: &["tokio"],
            contains: &["wac-graph"],
        };
        assert_eq!(
            check_room(&room, &set(&["composer", "graph", "wac-graph"])),
            Vec::<String>::new()
        );
        let findings = check_room(&room, &set(&["composer", "telemetry", "tokio"]));
        assert_eq!(
            findings,
            [
                "composer knows telemetry, which it must not",
                "composer no longer knows graph; take it off the list",
                "composer contains the crate tokio, which it must not",
                "composer does not contain wac-graph; the check sees nothing",
            ]
        );
        assert_eq!(check_members(&set(&["graph", "shed"])).len(), 1);
        let findings = check_controls(&set(&["kube", "hyper", "tokio"]));
        assert!(findings.contains(
            &"wasmtime is forbidden and not in Cargo.lock; the rule proves nothing".to_owned()
        ));
    }
}
