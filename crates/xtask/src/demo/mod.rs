//! `cargo xtask demo`: both telemetry paths, end to end, on this machine. It builds what is
//! missing, and fails naming the path whose record did not arrive exactly once.

mod receiver;
mod verify;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail, ensure};

use crate::project::Project;
use receiver::Receiver;
use verify::{Got, Sent, find};

/// The graphs of the demo: name, manifest.
const PATHS: [(&str, &str); 2] = [
    ("otel-example", "examples/otel/capability.yaml"),
    ("otel-example-components", "examples/otel/components.yaml"),
];
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const ARRIVAL: Duration = Duration::from_secs(10);

pub(crate) fn run(project: &Project) -> Result<()> {
    let root = project.root();
    crate::wasm::run(project)?;
    let node = build_node(root)?;
    let receiver = Receiver::start(&node)?;
    println!("receiver: {} (set as {ENDPOINT})", receiver.endpoint);
    let mut sent = Vec::new();
    let mut lines = Vec::new();
    for (graph, manifest) in PATHS {
        let run = Run { root, node: &node, endpoint: &receiver.endpoint, graph, manifest };
        sent.push(run.invoke()?);
        let message = sent.last().map(|s| s.message.clone()).unwrap_or_default();
        lines.extend(receiver.collect(ARRIVAL, |got| got.iter().any(|l| l.contains(&message))));
        let got: Vec<Got> = lines.iter().filter_map(|line| Got::parse(line)).collect();
        if let Some(sent) = sent.last() {
            println!("record:   {}\n", find(sent, &got)?.line);
        }
    }
    let got: Vec<Got> = lines.iter().filter_map(|line| Got::parse(line)).collect();
    for sent in &sent {
        find(sent, &got)?;
    }
    println!("both paths delivered their record exactly once");
    println!("{}", farewell(root, &node, &receiver.endpoint));
    Ok(())
}

/// The receiver ends with the demo, and without one the lines above would only show a loss.
fn farewell(root: &Path, node: &Path, endpoint: &str) -> String {
    let address = endpoint.strip_prefix("http://").unwrap_or(endpoint);
    format!(
        "\nThe receiver ends here. To call again with the lines above, start one in {} first:\n\
         $ {} collector --listen {address}",
        root.display(),
        shown(root, node)
    )
}

/// A path as it is written in the root of the repository.
fn shown(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}

/// Builds the node in the profile that tests use too, and says where it is.
pub(crate) fn build_node(root: &Path) -> Result<PathBuf> {
    eprintln!("building runtime-node (the first time takes some minutes)");
    let output = Command::new(env!("CARGO"))
        .args([
            "build",
            "--locked",
            "--package",
            "runtime-node",
            "--message-format",
            "json-render-diagnostics",
        ])
        .current_dir(root)
        .stderr(std::process::Stdio::inherit())
        .output()
        .context("running cargo")?;
    ensure!(output.status.success(), "runtime-node does not build");
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|message| message.get("executable")?.as_str().map(PathBuf::from))
        .next_back()
        .context("cargo named no executable")
}

struct Run<'a> {
    root: &'a Path,
    node: &'a Path,
    endpoint: &'a str,
    graph: &'a str,
    manifest: &'a str,
}

impl Run<'_> {
    fn invoke(&self) -> Result<Sent> {
        let message = format!("{} {}", self.graph, unique()?);
        println!("== {}", self.graph);
        println!("$ {}", self.line(&message));
        self.show_wiring()?;
        let output = self
            .command("invoke")
            .args([self.manifest, "guest", "test.log", &message])
            .output()
            .context("running runtime-node")?;
        print!("result:   {}", String::from_utf8_lossy(&output.stdout));
        print!("{}", indent(&String::from_utf8_lossy(&output.stderr)));
        if !output.status.success() {
            bail!("path {}: runtime-node ended with {}", self.graph, output.status);
        }
        Ok(Sent { graph: self.graph.to_owned(), message })
    }

    /// What does the same in a shell, in the root of the repository.
    fn line(&self, message: &str) -> String {
        let (endpoint, node) = (self.endpoint, shown(self.root, self.node));
        let manifest = self.manifest;
        format!("{ENDPOINT}={endpoint} {node} invoke {manifest} guest test.log {message:?}")
    }

    fn show_wiring(&self) -> Result<()> {
        let output = self.command("graph").arg(self.manifest).output()?;
        ensure!(
            output.status.success(),
            "path {}: {}",
            self.graph,
            String::from_utf8_lossy(&output.stderr)
        );
        print!("{}", indent(&String::from_utf8_lossy(&output.stdout)));
        Ok(())
    }

    fn command(&self, word: &str) -> Command {
        let mut command = Command::new(self.node);
        command.arg(word).current_dir(self.root).env(ENDPOINT, self.endpoint);
        command
    }
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("          {line}\n")).collect()
}

/// Different for every run on this machine.
fn unique() -> Result<String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).context("reading the clock")?;
    Ok(format!("{:x}-{:x}", now.as_nanos(), std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_can_be_pasted() {
        let (root, node) = (Path::new("/src/cg"), Path::new("/src/cg/target/debug/runtime-node"));
        let endpoint = "http://127.0.0.1:4000";
        let run = Run { root, node, endpoint, graph: "g", manifest: "examples/g.yaml" };
        assert_eq!(
            run.line("g 1-2"),
            "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4000 target/debug/runtime-node invoke \
             examples/g.yaml guest test.log \"g 1-2\""
        );
        let farewell = farewell(root, Path::new("/elsewhere/runtime-node"), endpoint);
        assert!(farewell.contains("in /src/cg first"), "{farewell}");
        assert!(
            farewell.ends_with("\n$ /elsewhere/runtime-node collector --listen 127.0.0.1:4000"),
            "{farewell}"
        );
    }
}
