//! `graph` and `explain`: the wiring, out of the composer's ledger.

use clap::{Args as ClapArgs, ValueEnum};

use super::print::print;
use super::source::GraphArgs;
use super::{Exit, Output};

#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  runtime-node graph graph.yaml --format mermaid")]
pub(super) struct Args {
    #[command(flatten)]
    source: GraphArgs,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    #[default]
    Text,
    Mermaid,
    Dot,
    Json,
}

impl From<Format> for composer::Format {
    fn from(format: Format) -> Self {
        match format {
            Format::Text => Self::Text,
            Format::Mermaid => Self::Mermaid,
            Format::Dot => Self::Dot,
            Format::Json => Self::Json,
        }
    }
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  runtime-node explain graph.yaml guest otel")]
pub(super) struct ExplainArgs {
    #[command(flatten)]
    source: GraphArgs,
    /// The component that imports
    from: String,
    /// The component or capability that provides; all of them when left out
    to: Option<String>,
}

pub(super) async fn run(args: Args) -> Exit {
    match args.source.load(Output::Text).await {
        Err(exit) => exit,
        Ok(checked) => {
            print(&composer::format(checked.plan.ledger(), args.format.into()), Exit::Ok)
        }
    }
}

pub(super) async fn explain(args: ExplainArgs) -> Exit {
    match args.source.load(Output::Text).await {
        Err(exit) => exit,
        Ok(checked) => match composer::explain(
            &checked.manifest.graph,
            checked.plan.ledger(),
            &args.from,
            args.to.as_deref(),
        ) {
            Ok(text) => print(&text, Exit::Ok),
            Err(error) => {
                eprintln!("error: {error}");
                Exit::Usage
            }
        },
    }
}
