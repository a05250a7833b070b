//! The chart as it was before its last change, brought to the present one while a graph serves. Where
//! git does not have it, as in a clone of one commit, the present chart is upgraded by another value.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::http;
use super::release::CHART;
use super::world::{COLLECTOR, GRAPH, OPERATOR, RELEASE, SYSTEM, World, pods_of};
use crate::step;

const NAMESPACE: &str = "upgraded";

pub(super) fn from_the_chart_before(world: &World) -> Result<()> {
    install_the_one_before(world)?;
    let address = world.serving(NAMESPACE)?;
    let before = world.pods(NAMESPACE)?;
    http::meanwhile(&address, || world.install())?;
    world.ready(NAMESPACE, GRAPH)?;
    is_the_present_one(world)?;
    // Shows that the new operator has seen the graph.
    world.scale(NAMESPACE, &format!("cg/{GRAPH}"), 2)?;
    world.until("one more pod", |world| {
        Ok(pods_of(&world.get(NAMESPACE, &format!("cg/{GRAPH}"))?) == "2/2")
    })?;
    let now = world.pods(NAMESPACE)?;
    let are_there = before.iter().all(|pod| now.contains(pod));
    ensure!(are_there && now.len() == 2, "pods were replaced: {before:?}, {now:?}");
    // Others come to a chart that is at rest.
    for (what, component) in [(OPERATOR, "operator"), (COLLECTOR, "collector")] {
        world.rolled_out(SYSTEM, what)?;
        world.has_pods(component, 1)?;
    }
    world.audit.forget()?;
    world.delete_namespace(NAMESPACE)
}

fn install_the_one_before(world: &World) -> Result<()> {
    let folder = world.scratch.join("before");
    match export(&world.root, &folder) {
        Ok(commit) => {
            eprintln!("  the upgrade starts from the chart as of commit {commit}");
            // Today's values may be none of its own.
            let more = ["--skip-schema-validation"];
            world
                .install_chart(&folder.join(CHART), RELEASE, &more)
                .with_context(|| format!("installing the chart as of {commit} with today's images"))
        }
        Err(error) => {
            eprintln!("  the chart before is NOT HERE: {error:#}");
            eprintln!("  the upgrade starts from the present chart with another `logLevel`");
            world.install_as(RELEASE, &["--set", "logLevel=debug"])
        }
    }
}

/// Writes the chart into a folder as it was before its last change; gives the commit.
fn export(root: &Path, folder: &Path) -> Result<String> {
    let git = |args: &[&str]| step::output(git(root).args(args));
    let is_being_changed = !git(&["status", "--porcelain", "--", CHART])?.is_empty();
    let commit = if is_being_changed {
        "HEAD".to_owned()
    } else {
        let last = git(&["log", "-1", "--format=%H", "--", CHART])?;
        ensure!(!last.trim().is_empty(), "no commit has the chart");
        format!("{}^", last.trim())
    };
    let commit = git(&["rev-parse", "--verify", "--short", &commit])
        .context("the commit before the chart's last change is not in this clone")?;
    fs::create_dir_all(folder)?;
    let archive = folder.join("chart.tar");
    let output = format!("--output={}", archive.display());
    git(&["archive", &output, commit.trim(), "--", CHART])?;
    tar::Archive::new(fs::File::open(&archive)?).unpack(folder)?;
    Ok(commit.trim().to_owned())
}

/// git in a folder, whatever repository it was that started this program from a hook.
fn git(root: &Path) -> Command {
    let mut command = Command::new("git");
    let of_git = |name: &OsString| name.to_string_lossy().starts_with("GIT_");
    for (name, _) in std::env::vars_os().filter(|(name, _)| of_git(name)) {
        command.env_remove(name);
    }
    command.current_dir(root);
    command
}

/// helm would leave a definition as it is, were it not among the templates.
fn is_the_present_one(world: &World) -> Result<()> {
    let text = fs::read_to_string(world.root.join(CHART).join("files/componentgraphs.yaml"))?;
    let present: Value = serde_yaml::from_str(&text)?;
    let found = world.get(SYSTEM, "crd/componentgraphs.componentgraph.dev")?;
    ensure!(schemas(&found) == schemas(&present), "the definition is not the present one");
    Ok(())
}

/// What graphs may say, by version. Elsewhere the server adds and leaves out what it takes for granted.
fn schemas(definition: &Value) -> Vec<(Option<&Value>, Option<&Value>)> {
    let versions = definition.pointer("/spec/versions").and_then(Value::as_array);
    let versions = versions.into_iter().flatten();
    versions.map(|version| (version.get("name"), version.get("schema"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(root: &Path, args: &[&str]) {
        let mut command = git(root);
        command.args(["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]);
        step::output(command.args(args)).unwrap();
    }

    fn commit(root: &Path, file: &str, text: &str) {
        let path = root.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        run(root, &["add", "."]);
        run(root, &["commit", "--quiet", "--message", text]);
    }

    #[test]
    fn the_chart_before_is_what_git_has() {
        let folder = tempfile::tempdir().unwrap();
        let (root, before) = (folder.path().join("root"), folder.path().join("before"));
        fs::create_dir(&root).unwrap();
        assert!(export(&root, &before).is_err(), "no git");
        run(&root, &["init", "--quiet"]);
        let file = format!("{CHART}/Chart.yaml");
        commit(&root, &file, "first");
        let error = format!("{:#}", export(&root, &before).unwrap_err());
        assert!(error.contains("not in this clone"), "{error}");
        commit(&root, &file, "second");
        commit(&root, "README.md", "third");
        let exported = || {
            export(&root, &before).unwrap();
            fs::read_to_string(before.join(&file)).unwrap()
        };
        assert_eq!(exported(), "first");
        fs::write(root.join(&file), "not committed").unwrap();
        assert_eq!(exported(), "second");
    }
}
