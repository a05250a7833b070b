//! `check`: every problem of a graph at once. Nothing is run.

use clap::Args as ClapArgs;

use super::print::print;
use super::source::{GraphArgs, TargetArg, show};
use super::{Exit, Output};
use crate::load;

#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  runtime-node check --target cluster graph.yaml")]
pub(super) struct Args {
    #[command(flatten)]
    source: GraphArgs,
    /// Where the graph is meant to run
    #[arg(long, value_enum, default_value_t)]
    target: TargetArg,
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

pub(super) async fn run(args: Args) -> Exit {
    let mut request = args.source.request();
    request.target = args.target.into();
    request.around.is_elsewhere = request.target == graph::Target::Cluster;
    match load::load(request).await {
        Err(problems) => show(&problems, args.output),
        Ok(checked) => {
            let ledger = checked.plan.ledger();
            let text = match args.output {
                Output::Text => format!(
                    "{}: no problems; {} instances, {} links, {} grants",
                    ledger.graph,
                    ledger.instances.len(),
                    ledger.links.len(),
                    ledger.grants.len()
                ),
                Output::Json => serde_json::json!({ "problems": [] }).to_string(),
            };
            print(&text, Exit::Ok)
        }
    }
}
