//! Logs on standard error: one JSON object a line, or text for people.

use tracing_subscriber::EnvFilter;

/// Begins to log. `filter` is what `RUST_LOG` would say.
pub fn init(filter: &str, json: bool) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Only a second call in one process could fail, and that has logs already.
    let _ = match json {
        false => logs.with_ansi(false).try_init(),
        true => logs.json().flatten_event(true).with_current_span(false).try_init(),
    };
}
