//! `run`: the long-running node. A start-up that fails leaves its problems where the operator finds
//! them; a stop finishes what was begun.

use std::io::IsTerminal;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args as ClapArgs, ValueEnum};
use graph::{Colour, Problems};
use telemetry::Receiver;
use tracing_subscriber::EnvFilter;

use super::collector::receive;
use super::source::{GraphArgs, show};
use super::{Exit, Output};
use crate::node::Node;
use crate::serve::{self, Ports};

/// The kubelet reads no more.
const TERMINATION_LOG: usize = 4096;

#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  runtime-node run --collector graph.yaml")]
pub(super) struct Args {
    #[command(flatten)]
    source: GraphArgs,
    /// Start the embedded receiver and send everything to it, whatever the graph says
    #[arg(long)]
    collector: bool,
    /// Address on which HTTP and the admin port listen
    #[arg(long, value_name = "ADDR", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    address: IpAddr,
    /// Port of the routes, in place of the manifest's; 0 takes a free one
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// Port of /livez, /readyz and /metrics; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 9090)]
    admin_port: u16,
    /// How long to accept requests after the signal to stop
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    stop_grace: u64,
    /// How long requests in flight may take after that
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    drain: u64,
    /// Where problems at start are written too
    #[arg(long, value_name = "FILE")]
    termination_log: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t)]
    log_format: LogFormat,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum LogFormat {
    #[default]
    Text,
    Json,
}

pub(super) async fn run(args: Args) -> Exit {
    init_logs(args.log_format);
    let mut request = args.source.request();
    let receiver = match embedded(args.collector).await {
        Ok(receiver) => receiver,
        Err(error) => {
            eprintln!("error: the embedded receiver cannot listen: {error}");
            return Exit::Problems;
        }
    };
    request.around.collector = receiver.as_ref().map(Receiver::url);
    let exit = match crate::load::load(request).await {
        Ok(checked) => start(&args, checked).await,
        Err(problems) => refuse(&args, &problems),
    };
    if let Some(receiver) = receiver {
        receiver.stop().await;
    }
    exit
}

async fn start(args: &Args, checked: crate::load::Checked) -> Exit {
    let manifest = checked.manifest.clone();
    let node = match Node::start(checked).await {
        Ok(node) => node,
        Err(problems) => return refuse(args, &problems),
    };
    let port = args.port.or(manifest.graph.spec.http.as_ref().and_then(|h| h.port));
    let ports = Ports {
        http: SocketAddr::new(args.address, port.unwrap_or(serve::DEFAULT_PORT)),
        admin: SocketAddr::new(args.address, args.admin_port),
        stop_grace: Duration::from_secs(args.stop_grace),
        drain: Duration::from_secs(args.drain),
    };
    match serve::serve(&manifest, node, ports).await {
        Ok(drained) if drained.unfinished == 0 => Exit::Ok,
        Ok(drained) => {
            eprintln!("error: {} requests did not finish in time", drained.unfinished);
            Exit::Trapped
        }
        Err(problems) => refuse(args, &problems),
    }
}

async fn embedded(wanted: bool) -> std::io::Result<Option<Receiver>> {
    if !wanted {
        return Ok(None);
    }
    let listen = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
    let receiver = receive(listen, Output::Text).await?;
    eprintln!("collector: listening on {}", receiver.url());
    Ok(Some(receiver))
}

fn refuse(args: &Args, problems: &Problems) -> Exit {
    if let Some(path) = &args.termination_log
        && let Err(error) = write_termination_log(path, problems)
    {
        eprintln!("warning: {} cannot be written: {error}", path.display());
    }
    show(problems, Output::Text)
}

fn write_termination_log(path: &Path, problems: &Problems) -> std::io::Result<()> {
    let text = problems.to_text(Colour::Never);
    let end = text.floor_char_boundary(TERMINATION_LOG);
    std::fs::write(path, text.get(..end).unwrap_or_default())
}

fn init_logs(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    // Only a second call in one process could fail, and that has logs already.
    let _ = match format {
        LogFormat::Text => logs.try_init(),
        LogFormat::Json => logs.json().flatten_event(true).try_init(),
    };
}
