//! Graphs on both paths, `invoke` and `collector` as processes. It knows no receiver.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;

pub(crate) const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

/// More processes at a time would only wait for each other while they compile.
static RUNNING: Semaphore = Semaphore::const_new(3);

/// Who carries the bytes: a capability of the host, or a component over the host's HTTP client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Capability,
    Components,
}

impl Way {
    pub(crate) const BOTH: [Self; 2] = [Self::Capability, Self::Components];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Capability => "capability",
            Self::Components => "components",
        }
    }
}

/// What differs between the graphs under test.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) way: Way,
    pub(crate) guest: Guest,
    /// `maxRequestBytes` or `max-request-bytes`.
    pub(crate) most: Option<&'static str>,
    /// The time a call may take, where it can be set: on the components' path.
    pub(crate) timeout: Option<&'static str>,
    /// `flush` of the adapter that both ways share.
    pub(crate) flush: Option<&'static str>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Guest {
    Hello,
    Big,
    /// Spans, or a log record and a span in one invocation.
    Spans,
}

impl Shape {
    pub(crate) fn new(way: Way, guest: Guest) -> Self {
        Self { way, guest, most: None, timeout: None, flush: None }
    }

    pub(crate) fn graph(self) -> Graph {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("graph.yaml");
        std::fs::write(&file, self.manifest()).unwrap();
        Graph { _folder: folder, file }
    }

    fn manifest(self) -> String {
        let (guest, route) = match self.guest {
            Guest::Hello => ("builtin: hello-log".to_owned(), ROUTE),
            Guest::Big => (format!("file: {:?}", fixture("big-log")), ""),
            Guest::Spans => (format!("file: {:?}", fixture("span-log")), ""),
        };
        let flush = setting("flush", self.flush);
        let (carrier, capability) = match self.way {
            Way::Capability => {
                let most = setting("maxRequestBytes", self.most);
                let paths = format!("paths: {{logs: {LOGS}, traces: {TRACES}}}");
                (String::new(), format!("{{name: grpc, type: grpc, grpc: {{{most}{paths}}}}}"))
            }
            Way::Components => {
                let config = [
                    setting("max-request-bytes", self.most),
                    setting("timeout", self.timeout),
                    format!("paths.logs: {LOGS}, paths.traces: {TRACES}"),
                ];
                let config = config.concat();
                let carrier = format!(
                    "    - {{name: grpc, builtin: grpc-to-http, imports: [http], config: {{{config}}}}}\n"
                );
                let http =
                    "{name: http, type: wasi:http, wasiHttp: {allowedHosts: [\"@collector\"]}}";
                (carrier, http.to_owned())
            }
        };
        format!(
            "apiVersion: componentgraph.dev/v1alpha1
kind: ComponentGraph
metadata: {{name: under-test}}
spec:
  components:
    - {{name: guest, {guest}, imports: [otel]}}
    - {{name: otel, builtin: otel-to-grpc, imports: [grpc, wasip2], config: {{{flush}}}}}
{carrier}  capabilities:
    - {capability}
    - {{name: wasip2, type: wasi:p2}}
{route}"
        )
    }
}

pub(crate) const LOGS: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";

pub(crate) const TRACES: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

const ROUTE: &str = "  http:
    routes: [{name: log, method: POST, path: /log, component: guest, function: test.log}]
";

fn setting(key: &str, value: Option<&str>) -> String {
    value.map(|value| format!("{key}: {value}, ")).unwrap_or_default()
}

fn fixture(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let file = root.join(format!("target/components/{name}.wasm"));
    file.canonicalize().unwrap_or_else(|_| panic!("{name}.wasm is missing; run: cargo xtask wasm"))
}

/// A manifest on disk.
pub(crate) struct Graph {
    _folder: TempDir,
    pub(crate) file: PathBuf,
}

/// A process that ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Graph {
    /// Calls a function of the guest with the collector of the environment at `endpoint`.
    pub(crate) async fn invoke(
        &self,
        endpoint: &str,
        function: &str,
        argument: Option<&str>,
    ) -> Ended {
        let _turn = RUNNING.acquire().await.unwrap();
        let mut command = node("invoke");
        command.arg(&self.file).args(["guest", function]).args(argument).env(ENDPOINT, endpoint);
        let output = command.stdin(Stdio::null()).output().await.unwrap();
        Ended {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ended {
    /// The line that says what became of the records.
    pub(crate) fn records(&self) -> &str {
        let line = self.stderr.lines().find_map(|line| line.strip_prefix("records: "));
        line.unwrap_or_else(|| panic!("nothing about records: {self:?}"))
    }
}

/// A command of the node. It dies with the test.
pub(crate) fn node(word: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_runtime-node"));
    command.arg(word).env_remove(ENDPOINT).env_remove("RUST_LOG").kill_on_drop(true);
    command
}

/// The rest of the line that starts so. Later lines are read by nobody, but read, so that the
/// writer never blocks.
pub(crate) async fn announced(
    from: impl AsyncRead + Unpin + Send + 'static,
    start: &str,
) -> Option<String> {
    let mut lines = BufReader::new(from).lines();
    while let Some(line) = lines.next_line().await.ok()? {
        if let Some((_, rest)) = line.split_once(start) {
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Some(rest.to_owned());
        }
    }
    None
}

/// A program named by a variable that the test command sets.
pub(crate) fn tool(variable: &str) -> PathBuf {
    let path = std::env::var_os(variable).map(PathBuf::from);
    path.unwrap_or_else(|| panic!("{variable} is not set; run: cargo xtask test"))
}

/// A process that a receiver consists of.
pub(crate) struct Running {
    pub(crate) _process: Child,
}
