//! `bench invoke`: `hello-log` through the capability path, each invocation sending its own call,
//! beside the same requests sent without any wasm. Every record is counted at the receiver.

mod receiver;
mod report;

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::process::{Processors, build};
use crate::project::Project;
use crate::step;
use receiver::Receiver;
use report::{Report, Times};

/// Options of `cargo xtask bench invoke`.
#[derive(clap::Args)]
pub(super) struct Options {
    /// Invocations of one run
    #[arg(long, default_value = "10000")]
    count: u32,
    /// Rounds of runs; in each, both sides run twice: node, sender, sender, node
    #[arg(long, default_value = "5")]
    rounds: u32,
}

const GRAPH: &str = "examples/otel/capability.yaml";
const CONCURRENCY: [u32; 2] = [1, 16];

pub(super) fn run(project: &Project, options: &Options) -> Result<()> {
    crate::wasm::run(project)?;
    let names = ["runtime-node", "send_only"];
    let args = ["--package", "runtime-node", "--bin", "runtime-node", "--example", "send_only"];
    let programs = build(project, &args, &names)?;
    let [node, sender] = programs.as_slice() else { anyhow::bail!("two programs were built") };
    let processors = Processors::find();
    let receiver = Receiver::start(processors, node)?;
    let bench = Bench { project, node, sender, processors, receiver, count: options.count };
    println!("{GRAPH}: {} invocations a run; {}", options.count, processors.describe());
    let mut reports = CONCURRENCY.map(Report::new);
    for report in &mut reports {
        bench.node(report.concurrency)?;
        bench.sender(report.concurrency)?;
    }
    for round in 1..=options.rounds {
        eprintln!("round {round} of {}", options.rounds);
        for report in &mut reports {
            let concurrency = report.concurrency;
            report.node(bench.node(concurrency)?);
            report.sender(bench.sender(concurrency)?);
            report.sender(bench.sender(concurrency)?);
            report.node(bench.node(concurrency)?);
        }
    }
    println!("records: every run's {} were counted at the receiver", options.count);
    reports.iter().for_each(Report::print);
    Report::goals(&reports);
    Ok(())
}

struct Bench<'a> {
    project: &'a Project,
    node: &'a Path,
    sender: &'a Path,
    processors: Processors,
    receiver: Receiver,
    count: u32,
}

impl Bench<'_> {
    fn node(&self, concurrency: u32) -> Result<Times> {
        let mut command = self.processors.measured(self.node);
        command
            .current_dir(self.project.root())
            .args(["invoke", GRAPH, "guest", "test.log", "bench", "--output", "json"])
            .args(["--count", &self.count.to_string()])
            .args(["--concurrency", &concurrency.to_string()])
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", self.receiver.url());
        self.counted(&mut command)
    }

    fn sender(&self, concurrency: u32) -> Result<Times> {
        let mut command = self.processors.measured(self.sender);
        let (count, concurrency) = (self.count.to_string(), concurrency.to_string());
        command.args([self.receiver.url(), &count, &concurrency]);
        self.counted(&mut command)
    }

    /// Runs one side; it is an error if the receiver has not exactly the records of this run.
    fn counted(&self, command: &mut std::process::Command) -> Result<Times> {
        self.receiver.forget()?;
        let text = step::output(command.env_remove("RUST_BACKTRACE"))?;
        let records = self.receiver.records()?;
        ensure!(
            records == self.count as usize,
            "{} records were sent and {records} arrived",
            self.count
        );
        let value: Value = serde_json::from_str(&text).context("reading the times of a run")?;
        Times::read(&value, self.count).context("a run did not tell its times")
    }
}
