//! Starts the operator. One crypto provider is chosen before anything can ask for one.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        eprintln!("error: another crypto provider is in place already");
        return ExitCode::FAILURE;
    }
    operator::cli::main().await
}
