//! `run`: the long-running node. A start-up that fails leaves its problems where the operator finds
//! them; a stop finishes what was begun.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args as ClapArgs;
use graph::{Colour, Document, Problems};
use telemetry::Receiver;
use tokio::sync::mpsc;

use super::collector::receive;
use super::logs::{LogFormat, Logs};
use super::source::{GraphArgs, show};
use super::{Exit, Output};
use crate::live::LiveFile;
use crate::load::{Checked, Request};
use crate::node::Node;
use crate::serve::{self, Stop};
use crate::triggers::admin::AdminPort;
use crate::triggers::http::BindError;

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
    /// Settings that the running node follows: JSON with collectorEndpoint, telemetry, logLevel
    #[arg(long, value_name = "FILE")]
    live: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t)]
    log_format: LogFormat,
}

pub(super) async fn run(args: Args) -> Exit {
    let logs = Logs::start(args.log_format);
    let stop = Stop {
        grace: Duration::from_secs(args.stop_grace),
        drain: Duration::from_secs(args.drain),
    };
    let admin = SocketAddr::new(args.address, args.admin_port);
    let admin = serve::open_admin(admin, stop).await;
    let mut request = args.source.request();
    request.around.style = args.log_format.into();
    let live = match args.live.as_deref().map(LiveFile::open).transpose() {
        Ok(Some((file, live))) => {
            logs.follow(live.log_level);
            request.around.live = Some(live);
            Some(file)
        }
        Ok(None) => None,
        Err(problem) => {
            let document = Document::without_tree(args.source.graph.display().to_string(), "");
            return refuse(&args, &document.problems(vec![*problem]));
        }
    };
    let receiver = match embedded(args.collector).await {
        Ok(receiver) => receiver,
        Err(error) => {
            eprintln!("error: the embedded receiver cannot listen: {error}");
            return Exit::Problems;
        }
    };
    request.around.collector = receiver.as_ref().map(Receiver::url);
    let (sender, updates) = mpsc::channel(1);
    if let Some(file) = live {
        tokio::spawn(follow(file, request.clone(), logs, sender));
    }
    let exit = match crate::load::load(request).await {
        Ok(checked) => start(&args, checked, updates, (admin, stop)).await,
        Err(problems) => refuse(&args, &problems),
    };
    if let Some(receiver) = receiver {
        receiver.stop().await;
    }
    exit
}

/// Starts the graph again, beside the running one, whenever the live settings change.
async fn follow(mut file: LiveFile, request: Request, logs: Logs, sender: mpsc::Sender<Node>) {
    loop {
        let live = file.changed().await;
        logs.follow(live.log_level);
        let mut request = request.clone();
        request.around.live = Some(live);
        let node = match crate::load::load(request).await {
            Ok(checked) => Node::start(checked).await,
            Err(problems) => Err(problems),
        };
        match node {
            Ok(node) => {
                if sender.send(node).await.is_err() {
                    return;
                }
            }
            Err(problems) => {
                tracing::error!("live settings ignored: {}", problems.to_text(Colour::Never));
            }
        }
    }
}

async fn start(
    args: &Args,
    checked: Checked,
    updates: mpsc::Receiver<Node>,
    (admin, stop): (Result<AdminPort, BindError>, Stop),
) -> Exit {
    let manifest = checked.manifest.clone();
    let admin = match admin {
        Ok(admin) => admin,
        Err(error) => {
            let flag = "--admin-port";
            return refuse(args, &serve::unavailable(&manifest, &error, flag, flag));
        }
    };
    let node = match Node::start(checked).await {
        Ok(node) => node,
        Err(problems) => return refuse(args, &problems),
    };
    let port = args.port.or(manifest.graph.spec.http.as_ref().and_then(|h| h.port));
    let http = SocketAddr::new(args.address, port.unwrap_or(serve::DEFAULT_PORT));
    match serve::serve(&manifest, node, updates, (http, admin), stop).await {
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
