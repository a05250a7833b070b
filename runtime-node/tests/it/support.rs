//! Graphs in directories of their own, the built program run on them, receivers and HTTP on
//! loopback. It knows no test.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use runtime_node::load::{Checked, Request, load};
use runtime_node::node::Node;
use runtime_node::settings::Surroundings;
use serde_json::Value;
use telemetry::receiver::Log;
use telemetry::{Received, Receiver, ReceiverOptions};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// Longer than anything takes on a loaded machine.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// An address at which nothing listens.
pub(crate) const NOBODY: &str = "http://127.0.0.1:1";

/// The path of a built component.
pub(crate) fn fixture(name: &str) -> PathBuf {
    let components = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/components");
    components.canonicalize().expect("components are built").join(format!("{name}.wasm"))
}

/// An example of the repository.
pub(crate) fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/otel").join(name)
}

/// The built program. No developer's collector gets what tests send.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_runtime-node"));
    command
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", NOBODY)
        .env("NO_COLOR", "1")
        .env_remove("RUST_LOG")
        .env_remove("OTEL_RESOURCE_ATTRIBUTES")
        .env_remove("OTEL_SERVICE_NAME")
        .kill_on_drop(true);
    command
}

/// How a run of the program ended.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exit {}\n{}--- stderr\n{}", self.code, self.stdout, self.stderr)
    }
}

impl Done {
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self}");
        self
    }

    /// Standard output, which holds one JSON value.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self}"))
    }

    #[track_caller]
    pub(crate) fn says(&self, text: &str) {
        assert!(self.stderr.contains(text), "expected {text:?} of {self}");
    }
}

/// Runs a command to its end.
pub(crate) async fn finish(mut command: Command, stdin: &str) -> Done {
    let pipes = [Stdio::piped(), Stdio::piped(), Stdio::piped()];
    let [input, output, errors] = pipes;
    let mut child = command.stdin(input).stdout(output).stderr(errors).spawn().expect("spawn");
    let mut pipe = child.stdin.take().expect("stdin");
    // A program that reads no input closes the pipe.
    let _ = pipe.write_all(stdin.as_bytes()).await;
    drop(pipe);
    let ended = tokio::time::timeout(DEADLINE, child.wait_with_output()).await;
    let ended = ended.unwrap_or_else(|_| panic!("{command:?} did not end")).expect("wait");
    Done {
        code: ended.status.code().unwrap_or_else(|| panic!("{command:?}: {}", ended.status)),
        stdout: String::from_utf8(ended.stdout).expect("utf-8"),
        stderr: String::from_utf8(ended.stderr).expect("utf-8"),
    }
}

/// A manifest in a directory of its own, as `graph.yaml`.
pub(crate) struct Graph {
    directory: TempDir,
    collector: String,
}

impl Graph {
    /// `spec` is what stands under `spec:`; `FIXTURES` in it is the folder of built components.
    pub(crate) fn new(spec: &str) -> Self {
        let fixtures = fixture("any").parent().expect("folder").display().to_string();
        let mut text = "apiVersion: componentgraph.dev/v1alpha1\nkind: ComponentGraph\n\
                        metadata: {name: tested}\nspec:\n"
            .to_owned();
        for line in spec.lines() {
            text.push_str(&format!("  {}\n", line.replace("FIXTURES", &fixtures)));
        }
        Self::of_text(&text)
    }

    pub(crate) fn of_text(text: &str) -> Self {
        let directory = tempfile::tempdir().expect("directory");
        std::fs::write(directory.path().join("graph.yaml"), text).expect("write");
        Self { directory, collector: NOBODY.to_owned() }
    }

    /// A graph of one fixture, which lists nothing.
    pub(crate) fn of_fixture(name: &str) -> Self {
        Self::new(&format!("components:\n  - {{name: {name}, file: FIXTURES/{name}.wasm}}"))
    }

    pub(crate) fn sending_to(mut self, url: &str) -> Self {
        self.collector = url.to_owned();
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The program, run in the directory of the manifest.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = program();
        command.current_dir(self.directory.path()).args(args);
        command.env("OTEL_EXPORTER_OTLP_ENDPOINT", &self.collector);
        command
    }

    pub(crate) async fn run(&self, args: &[&str]) -> Done {
        finish(self.command(args), "").await
    }

    pub(crate) async fn invoke(&self, rest: &[&str]) -> Done {
        let mut args = vec!["invoke", "graph.yaml"];
        args.extend(rest);
        self.run(&args).await
    }

    /// The graph inside this process.
    pub(crate) async fn start(&self) -> Node {
        let checked = self.loaded().await;
        Node::start(checked).await.unwrap_or_else(|problems| panic!("{problems}"))
    }

    pub(crate) async fn loaded(&self) -> Checked {
        let request = Request {
            graph: self.path("graph.yaml"),
            target: graph::Target::Laptop,
            substitutes: Default::default(),
            access: Ok(artifacts::Access::default()),
            around: Surroundings::default(),
        };
        load(request).await.unwrap_or_else(|problems| panic!("{problems}"))
    }
}

/// A receiver on a free port, and what came in.
pub(crate) struct Collector {
    receiver: Receiver,
    records: Arc<Mutex<Vec<Received>>>,
}

impl Collector {
    pub(crate) async fn start() -> Self {
        Self::start_with(|| {}).await
    }

    /// `before` runs after a record came and before it is acknowledged.
    pub(crate) async fn start_with(before: impl Fn() + Send + Sync + 'static) -> Self {
        let records = Arc::<Mutex<Vec<Received>>>::default();
        let kept = Arc::clone(&records);
        let sink = move |came: Vec<Received>| {
            kept.lock().expect("lock").extend(came);
            before();
            Ok(())
        };
        let free = ([127, 0, 0, 1], 0).into();
        let receiver = Receiver::bind(free, ReceiverOptions::default(), sink).await.expect("bind");
        Self { receiver, records }
    }

    pub(crate) fn url(&self) -> String {
        self.receiver.url()
    }

    pub(crate) fn records(&self) -> Vec<Received> {
        self.records.lock().expect("lock").clone()
    }

    pub(crate) fn logs(&self) -> Vec<Log> {
        let log = |record| match record {
            Received::Log(log) => Some(log),
            _ => None,
        };
        self.records().into_iter().filter_map(log).collect()
    }

    /// Body and emitting component of each log record, sorted.
    pub(crate) fn bodies(&self) -> Vec<(String, String)> {
        let text = |value: Option<&Value>| {
            value.and_then(Value::as_str).map(str::to_owned).unwrap_or_default()
        };
        let mut bodies: Vec<_> = self
            .logs()
            .iter()
            .map(|log| {
                let component = log.origin.resource.get("componentgraph.component");
                (text(Some(&log.body)), text(component))
            })
            .collect();
        bodies.sort();
        bodies
    }
}
