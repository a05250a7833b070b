//! The three kinds of telemetry and their OTLP/gRPC methods. It does not know what a record holds.

use std::fmt;

use serde::Serialize;

/// What a stream of records is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Signal {
    Logs,
    Traces,
    Metrics,
}

impl Signal {
    pub const ALL: [Signal; 3] = [Self::Logs, Self::Traces, Self::Metrics];

    /// The gRPC method that accepts records of this signal.
    pub fn method(self) -> &'static str {
        match self {
            Self::Logs => "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
            Self::Traces => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
            Self::Metrics => "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
        }
    }

    /// The signal whose export method `method` is.
    pub fn of_method(method: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|signal| signal.method() == method)
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Logs => "logs",
            Self::Traces => "traces",
            Self::Metrics => "metrics",
        })
    }
}
