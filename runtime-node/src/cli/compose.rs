//! `compose`: the composition as a file, its ledger embedded.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::print::print;
use super::source::{GraphArgs, show};
use super::{Exit, Output};

#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  runtime-node compose graph.yaml -o graph.wasm")]
pub(super) struct Args {
    #[command(flatten)]
    source: GraphArgs,
    /// The file to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Standard import names and one export, for other runtimes
    #[arg(long)]
    portable: bool,
    /// The component whose export --portable keeps, when several could be meant
    #[arg(long, value_name = "NAME", requires = "portable")]
    export_of: Option<String>,
    /// The interface that --portable keeps, when several could be meant
    #[arg(long, value_name = "INTERFACE", requires = "portable")]
    interface: Option<String>,
}

pub(super) async fn run(args: Args) -> Exit {
    let checked = match args.source.load(Output::Text).await {
        Ok(checked) => checked,
        Err(exit) => return exit,
    };
    let composed = if args.portable {
        checked.plan.portable(args.export_of.as_deref(), args.interface.as_deref())
    } else {
        checked.plan.compose()
    };
    let composition = match composed {
        Ok(composition) => composition,
        Err(problems) => return show(&checked.manifest.problems(problems), Output::Text),
    };
    if let Err(error) = std::fs::write(&args.output, &composition.bytes) {
        eprintln!("error: {} cannot be written: {error}", args.output.display());
        return Exit::Problems;
    }
    let (digest, size) = (&composition.digest, composition.bytes.len());
    print(&format!("{digest} {} ({size} bytes)", args.output.display()), Exit::Ok)
}
