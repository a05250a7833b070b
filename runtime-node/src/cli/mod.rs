//! The words of the command line and the exit codes, a contract with scripts. Each command is a
//! file; this one only parses and dispatches.

mod check;
mod collector;
mod compose;
mod exit;
mod graph;
mod inspect;
mod invoke;
mod logs;
mod print;
mod push;
mod registry;
mod run;
mod source;

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

pub use exit::Exit;

/// Runs a graph of WebAssembly components, on a laptop or in a pod.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, after_help = AFTER_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Example:
  runtime-node run --collector graph.yaml

Exit codes:
  0  the function returned, and every record was delivered
  1  problems in the manifest, the artifacts or the surroundings; nothing was run
  2  wrong usage
  3  the function returned err
  4  trap, limit or time-out
  5  a record was rejected or failed";

#[derive(Debug, Subcommand)]
enum Command {
    /// Say every problem of a graph at once; run nothing
    Check(check::Args),
    /// Show the wiring: components, capabilities, links, grants
    Graph(graph::Args),
    /// Say why a link or grant exists, or why not
    Explain(graph::ExplainArgs),
    /// Write the composition, its ledger embedded
    Compose(compose::Args),
    /// Call one exported function
    Invoke(invoke::Args),
    /// Serve the graph until told to stop
    Run(run::Args),
    /// Receive OTLP over gRPC and print one line per record
    Collector(collector::Args),
    /// Show what a component file exports and imports
    Inspect(inspect::Args),
    /// Put a component into an OCI registry
    Push(push::Args),
}

/// How an answer is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    #[default]
    Text,
    Json,
}

/// Parses the command line and runs the command.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    // Only one provider of cryptography is compiled in; a second call would be a no-op.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: the asynchronous runtime cannot start: {error}");
            return Exit::Problems.into();
        }
    };
    let exit = runtime.block_on(dispatch(cli.command));
    // Blocking reads of standard input must not keep a finished command alive.
    runtime.shutdown_background();
    exit.into()
}

async fn dispatch(command: Command) -> Exit {
    match command {
        Command::Check(args) => check::run(args).await,
        Command::Graph(args) => graph::run(args).await,
        Command::Explain(args) => graph::explain(args).await,
        Command::Compose(args) => compose::run(args).await,
        Command::Invoke(args) => invoke::run(args).await,
        Command::Run(args) => run::run(args).await,
        Command::Collector(args) => collector::run(args).await,
        Command::Inspect(args) => inspect::run(&args),
        Command::Push(args) => push::run(args).await,
    }
}
