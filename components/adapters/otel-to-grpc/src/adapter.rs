//! The state of one instance: settings, what is held back, what became of the rest. Knows its
//! imports only as [`Surroundings`], so that it runs in a native test.

use std::cell::OnceCell;

use crate::batch::{Batch, Encoded, Origin};
use crate::bindings::delivery::Counts;
use crate::bindings::logs;
use crate::bindings::tracing::{SpanData, TraceFlags};
use crate::bindings::types;
use crate::convert::{self, Flaws};
use crate::delivery::Tally;
use crate::settings::{Flush, Settings};

/// The keys under which the methods of the receiver are known to the endpoint.
const LOGS: &str = "logs";
const TRACES: &str = "traces";

/// What the component imports.
pub(crate) trait Surroundings {
    /// Nanoseconds since 1970.
    fn now(&self) -> u64;
    fn config(&self) -> Result<Vec<(String, String)>, String>;
    fn send(&self, path: &str, data: &[u8]) -> Result<(), String>;
}

pub(crate) struct Adapter<S> {
    surroundings: S,
    /// Read once; without it nothing can be sent, which every record is told as its failure.
    settings: OnceCell<Result<Settings, String>>,
    logs: Batch,
    spans: Batch,
    flaws: Flaws,
    tally: Tally,
}

impl<S: Surroundings> Adapter<S> {
    pub(crate) fn new(surroundings: S) -> Self {
        Self {
            surroundings,
            settings: OnceCell::new(),
            logs: Batch::default(),
            spans: Batch::default(),
            flaws: Flaws::default(),
            tally: Tally::default(),
        }
    }

    pub(crate) fn log(&mut self, mut record: logs::LogRecord) {
        let settings = match settings(&self.settings, &self.surroundings) {
            Ok(settings) => settings,
            Err(problem) => return self.tally.fail(problem),
        };
        self.tally.created += 1;
        let scope = record.instrumentation_scope.take();
        let origin = origin(settings, record.resource.take(), scope, &mut self.flaws);
        let record = convert::log(record, self.surroundings.now(), &mut self.flaws);
        let record = Encoded::of(&record);
        let send = |data: &[u8]| self.surroundings.send(LOGS, data);
        hold(settings, &mut self.logs, &mut self.tally, (origin, record), &send);
    }

    /// Takes a span unless it was decided not to sample it.
    pub(crate) fn span(&mut self, mut span: SpanData) {
        if !span.span_context.trace_flags.contains(TraceFlags::SAMPLED) {
            return;
        }
        let settings = match settings(&self.settings, &self.surroundings) {
            Ok(settings) => settings,
            Err(problem) => return self.tally.fail(problem),
        };
        self.tally.created += 1;
        let scope = std::mem::replace(&mut span.instrumentation_scope, nameless());
        let origin = origin(settings, None, Some(scope), &mut self.flaws);
        let span = Encoded::of(&convert::span(span, &mut self.flaws));
        let send = |data: &[u8]| self.surroundings.send(TRACES, data);
        hold(settings, &mut self.spans, &mut self.tally, (origin, span), &send);
    }

    /// Sends what is held back and reports what became of everything since the last report.
    pub(crate) fn flush(&mut self) -> Counts {
        let logs = std::mem::take(&mut self.logs);
        let spans = std::mem::take(&mut self.spans);
        self.tally.deliver(logs, &|data| self.surroundings.send(LOGS, data));
        self.tally.deliver(spans, &|data| self.surroundings.send(TRACES, data));
        let tally = std::mem::take(&mut self.tally);
        let flaws = std::mem::take(&mut self.flaws);
        Counts {
            created: tally.created,
            acknowledged: tally.acknowledged,
            rejected: tally.rejected,
            failed: tally.failed,
            last_error: tally.last_error.or_else(|| flaws.text()),
        }
    }
}

fn settings<'a>(
    cell: &'a OnceCell<Result<Settings, String>>,
    surroundings: &impl Surroundings,
) -> Result<&'a Settings, &'a str> {
    let read = || {
        let pairs = surroundings.config().map_err(|error| {
            format!("not_configured: the configuration cannot be read: {error}")
        })?;
        Settings::read(pairs).map_err(|problems| format!("not_configured: {problems}"))
    };
    cell.get_or_init(read).as_ref().map_err(String::as_str)
}

fn origin(
    settings: &Settings,
    resource: Option<types::Resource>,
    scope: Option<types::InstrumentationScope>,
    flaws: &mut Flaws,
) -> Origin {
    Origin::new(
        &convert::resource(resource, &settings.resource, flaws),
        &convert::scope(scope.unwrap_or_else(nameless), flaws),
    )
}

fn nameless() -> types::InstrumentationScope {
    types::InstrumentationScope {
        name: String::new(),
        version: None,
        schema_url: None,
        attributes: Vec::new(),
    }
}

/// Holds a record back. What is there is sent early when the buffer would overflow, so that a
/// record larger than the buffer travels alone.
fn hold(
    settings: &Settings,
    batch: &mut Batch,
    tally: &mut Tally,
    (origin, record): (Origin, Encoded),
    send: &impl Fn(&[u8]) -> Result<(), String>,
) {
    if batch.bytes().saturating_add(record.len()) > settings.buffer_bytes {
        tally.deliver(std::mem::take(batch), send);
    }
    batch.push(origin, &record);
    if settings.flush == Flush::Record || batch.bytes() >= settings.buffer_bytes {
        tally.deliver(std::mem::take(batch), send);
    }
}

#[cfg(test)]
mod tests;
