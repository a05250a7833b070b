//! `collector`: the embedded OTLP receiver on its own.

use std::io::Write;
use std::net::SocketAddr;

use clap::Args as ClapArgs;
use telemetry::{Received, Receiver, ReceiverOptions};

use super::{Exit, Output};

#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  runtime-node collector --listen 127.0.0.1:4317 --format json")]
pub(super) struct Args {
    /// Address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:4317")]
    listen: SocketAddr,
    #[arg(long, value_enum, default_value_t)]
    format: Output,
}

pub(super) async fn run(args: Args) -> Exit {
    let stop_signal = crate::triggers::stop_signal();
    match receive(args.listen, args.format).await {
        Ok(receiver) => {
            eprintln!("collector: listening on {}", receiver.url());
            stop_signal.await;
            receiver.stop().await;
            Exit::Ok
        }
        Err(error) => {
            eprintln!("error: cannot listen on {}: {error}", args.listen);
            Exit::Problems
        }
    }
}

/// A receiver that prints every record before it acknowledges it.
pub(super) async fn receive(listen: SocketAddr, format: Output) -> std::io::Result<Receiver> {
    Receiver::bind(listen, ReceiverOptions::default(), move |records| print(&records, format)).await
}

fn print(records: &[Received], format: Output) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for record in records {
        match format {
            Output::Text => writeln!(out, "{}", record.text())?,
            Output::Json => writeln!(out, "{}", record.json())?,
        }
    }
    out.flush()
}
