//! The chores of the project, `cargo xtask …`. Each chore is a room of its own; this file only
//! starts the one that was asked for.

mod apt;
mod arrows;
mod bench;
mod chart;
mod cli;
mod cluster;
mod component;
mod demo;
mod golden;
mod images;
mod lint;
mod project;
mod step;
mod suite;
mod tools;
mod wasm;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::Cli::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
