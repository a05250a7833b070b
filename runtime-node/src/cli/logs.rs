//! What the node logs, how and how much. It does not know what is logged.

use std::io::IsTerminal;

use clap::ValueEnum;
use graph::LogLevel;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::reload::{self, Handle};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Registry, fmt};

use crate::host::wasi_p2::Style;

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum LogFormat {
    #[default]
    Text,
    Json,
}

impl From<LogFormat> for Style {
    fn from(format: LogFormat) -> Self {
        match format {
            LogFormat::Text => Self::Marked,
            LogFormat::Json => Self::Logged,
        }
    }
}

/// The logs of the process, whose level can change.
pub(super) struct Logs(Handle<EnvFilter, Registry>);

impl Logs {
    /// `RUST_LOG` decides until a level is followed.
    pub(super) fn start(format: LogFormat) -> Self {
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
        let (filter, handle) = reload::Layer::new(filter);
        let logs =
            fmt::layer().with_ansi(std::io::stderr().is_terminal()).with_writer(std::io::stderr);
        let all = tracing_subscriber::registry().with(filter);
        // Only a second call in one process could fail, and that has logs already.
        let _ = match format {
            LogFormat::Text => all.with(logs).try_init(),
            LogFormat::Json => all.with(logs.json().flatten_event(true)).try_init(),
        };
        Self(handle)
    }

    /// Takes a level, if there is one. What components print is not the node's to leave out.
    pub(super) fn follow(&self, level: Option<LogLevel>) {
        let filter =
            level.map(|level| EnvFilter::new(format!("{},component=info", level.as_str())));
        if let Some(error) = filter.and_then(|filter| self.0.reload(filter).err()) {
            tracing::error!("the log level cannot change: {error}");
        }
    }
}
