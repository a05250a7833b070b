//! Fixture: shows what a component is given: environment, arguments, configuration, outputs.

mod bindings;

use bindings::exports::fixture::env_probe::env_probe::Guest;
use bindings::streams::OutputStream;
use bindings::{environment, stderr, stdout, store};

struct EnvProbe;

/// The host takes no more than this in one blocking write.
const PIECE: usize = 4096;

impl Guest for EnvProbe {
    fn environment() -> Vec<(String, String)> {
        environment::get_environment()
    }

    fn arguments() -> Vec<String> {
        environment::get_arguments()
    }

    fn get(key: String) -> Result<Option<String>, String> {
        store::get(&key).map_err(text)
    }

    fn get_all() -> Result<Vec<(String, String)>, String> {
        store::get_all().map_err(text)
    }

    fn print(line: String) -> Result<(), String> {
        let line = line + "\n";
        write(&stdout::get_stdout(), &line)?;
        write(&stderr::get_stderr(), &line)
    }
}

fn text(error: store::Error) -> String {
    match error {
        store::Error::Upstream(text) => format!("upstream: {text}"),
        store::Error::Io(text) => format!("io: {text}"),
    }
}

fn write(stream: &OutputStream, line: &str) -> Result<(), String> {
    line.as_bytes()
        .chunks(PIECE)
        .try_for_each(|piece| stream.blocking_write_and_flush(piece))
        .map_err(|error| format!("{error:?}"))
}
