//! `invoke`: one exported function, called once or many times, its result on standard output and
//! what became of its records on standard error.

use std::num::NonZeroU32;
use std::sync::Arc;

use clap::Args as ClapArgs;
use serde_json::{Value, json};

use super::print::print;
use super::source::{GraphArgs, show};
use super::{Exit, Output};
use crate::node::Node;
use crate::plain::plain;
use crate::triggers::repeat::{Plan, Totals, repeat};
use crate::values::{Input, Returned, Signature};

#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  runtime-node invoke graph.yaml guest test.log hello")]
pub(super) struct Args {
    #[command(flatten)]
    source: GraphArgs,
    /// The component whose function is called
    component: String,
    /// log, test.log or modulewise:otel-example/test#log
    function: String,
    /// Arguments by position; text for text, otherwise JSON; after -- they may begin with a hyphen
    #[arg(allow_negative_numbers = true)]
    args: Vec<String>,
    /// How many times to call
    #[arg(long, default_value = "1")]
    count: NonZeroU32,
    /// How many calls at the same time
    #[arg(long, default_value = "1")]
    concurrency: NonZeroU32,
    #[arg(long, value_enum, default_value_t)]
    output: Output,
}

pub(super) async fn run(args: Args) -> Exit {
    let mut request = args.source.request();
    request.around.concurrency = Some(args.concurrency);
    let node = match crate::load::load(request).await {
        Ok(checked) => Node::start(checked).await,
        Err(problems) => Err(problems),
    };
    let node = match node {
        Ok(node) => node,
        Err(problems) => return show(&problems, args.output),
    };
    let callable = match node.callable(&args.component, &args.function) {
        Ok(callable) => callable,
        Err(reason) => return usage(&reason),
    };
    let signature = Signature::of(&callable.params, callable.result.as_ref());
    let params = match signature.bind(Input::Positional(&args.args)) {
        Ok(params) => params,
        Err(errors) => {
            let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
            return usage(&format!("{:?}: {}", args.function, lines.join("\n  ")));
        }
    };
    let plan = Plan { count: args.count, concurrency: args.concurrency };
    let totals = repeat(&node.instances, Arc::new(callable), params.into(), plan).await;
    let exit = Exit::weightiest(totals.trapped > 0, totals.error > 0, totals.lossy);
    let exit = print(&answer(&totals, &signature, args.output), exit);
    report(&totals);
    exit
}

fn usage(reason: &str) -> Exit {
    eprintln!("error: {reason}");
    Exit::Usage
}

/// What standard output shows.
fn answer(totals: &Totals, signature: &Signature, output: Output) -> String {
    let result = result(totals, signature);
    if output == Output::Text {
        return result.to_string();
    }
    let times = json!({
        "instantiate": totals.times.instantiate.as_nanos() as u64,
        "call": totals.times.call.as_nanos() as u64,
        "deliver": totals.times.deliver.as_nanos() as u64,
        "beforeSend": totals.times.before_send.as_nanos() as u64,
        "send": totals.times.send.as_nanos() as u64,
        "wall": totals.wall.as_nanos() as u64,
        "processor": totals.processor.map(|time| time.as_nanos() as u64),
    });
    let all = json!({
        "result": result,
        "invocations": { "ok": totals.ok, "error": totals.error, "trapped": totals.trapped },
        "records": totals.records,
        "uncounted": totals.uncounted,
        "lastError": totals.last_error,
        "nanoseconds": times,
    });
    all.to_string()
}

/// What standard error says.
fn report(totals: &Totals) {
    let records = &totals.records;
    eprintln!("invocations: ok={} error={} trapped={}", totals.ok, totals.error, totals.trapped);
    eprintln!(
        "records: created={} acknowledged={} rejected={} failed={} unverified={}",
        records.created, records.acknowledged, records.rejected, records.failed, records.unverified
    );
    if totals.uncounted > 0 {
        eprintln!(
            "warning: {} invocations ended before they could say what became of their records",
            totals.uncounted
        );
    }
    if let Some(failure) = &totals.failure {
        eprintln!("error: {}", plain(&failure.to_string()));
    }
    if let Some(error) = &totals.last_error {
        eprintln!("error: telemetry was not delivered: {}", plain(error));
    }
}

/// The JSON form of what the first invocation returned.
fn result(totals: &Totals, signature: &Signature) -> Value {
    let Some(first) = &totals.first else { return Value::Null };
    match &first.result {
        Ok(value) => match signature.returned(value.as_ref()) {
            Ok(Returned::Ok(value)) => value,
            Ok(Returned::Error(error)) => json!({ "error": error }),
            Err(mismatch) => {
                json!({ "error": { "code": "mismatch", "message": mismatch.to_string() } })
            }
        },
        Err(failure) => json!({
            "error": { "code": failure.code(), "id": first.id.to_string(), "message": failure.to_string() }
        }),
    }
}
