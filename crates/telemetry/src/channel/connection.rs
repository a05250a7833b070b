//! The one connection to a destination: made at first use, remade when it breaks or stays silent.
//! It knows nothing of messages.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use super::destination::Destination;
use super::dial::{Dialler, Requests};
use super::error::SendError;
use super::failure::{self, Failure};
use super::options::{ChannelError, ChannelOptions};
use super::wire::Written;

/// Calls without an answer, in a row, after which the connection counts as dead. A path that
/// swallows packets looks like a slow server, and TCP alone would take minutes to notice.
const LATE_CALLS: u32 = 2;

/// What must be equal for two channels to share a connection.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct ConnectionKey {
    pub(super) destination: Destination,
    pub(super) connect_timeout: Duration,
    pub(super) ca_pem: Option<String>,
}

impl ConnectionKey {
    pub(super) fn new(url: &str, options: &ChannelOptions) -> Result<Self, ChannelError> {
        Ok(Self {
            destination: Destination::parse(url)?,
            connect_timeout: options.connect_timeout,
            ca_pem: options.ca_pem.clone(),
        })
    }
}

pub(super) struct Connection {
    pub(super) dialler: Arc<Dialler>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    line: Option<Line>,
    generation: u64,
    late: u32,
}

/// One attempt to connect and what came of it; nothing yet at first. Its sender is the task that
/// keeps the connection, and is gone with it.
type Line = watch::Receiver<LineState>;
type LineState = Option<Result<Requests, SendError>>;

/// A use of the connection, by which its outcome is reported to the right generation. The
/// connection stays as long as somebody uses it.
pub(super) struct Lease {
    line: Line,
    generation: u64,
}

impl Lease {
    /// Waits until there is a connection that takes requests.
    pub(super) async fn requests(&mut self, url: &str) -> Result<Requests, Failure> {
        let lost = || Failure::Unprocessed(failure::closed(url));
        let made = self.line.wait_for(Option::is_some).await.map_err(|_| lost())?.clone();
        let Requests { sender, written } = made.ok_or_else(lost)?.map_err(Failure::Final)?;
        let ready = sender.ready().await;
        let sender = ready.map_err(|error| failure::of_unsent(&error, url))?;
        Ok(Requests { sender, written })
    }

    /// Whether anything left since `before` on a connection that has failed. What waits in it may
    /// still leave until it has ended, and only its end takes the sender away.
    pub(super) async fn left(&mut self, written: &Written, before: u64) -> bool {
        if written.bytes() == before {
            while self.line.changed().await.is_ok() {}
        }
        written.bytes() != before
    }
}

impl Connection {
    pub(super) fn new(key: ConnectionKey) -> Result<Self, ChannelError> {
        Ok(Self { dialler: Arc::new(Dialler::new(key)?), state: Mutex::default() })
    }

    /// The live connection. It is made here, not in `new`: making it needs a running executor.
    pub(super) fn lease(&self) -> Lease {
        let mut state = self.state();
        // Without a sender it has ended, or was never made.
        if let Some(line) = state.line.as_ref().filter(|line| line.has_changed().is_ok()) {
            return Lease { line: line.clone(), generation: state.generation };
        }
        state.renew();
        let (sender, line) = watch::channel(None);
        state.line = Some(line.clone());
        tokio::spawn(keep(Arc::clone(&self.dialler), sender));
        Lease { line, generation: state.generation }
    }

    /// The other side reacted, in whatever way.
    pub(super) fn reacted(&self, lease: &Lease) {
        let mut state = self.state();
        if state.generation == lease.generation {
            state.late = 0;
        }
    }

    /// A call ended without any reaction.
    pub(super) fn silent(&self, lease: &Lease) {
        let mut state = self.state();
        if state.generation == lease.generation {
            state.late += 1;
            if state.late >= LATE_CALLS {
                state.renew();
            }
        }
    }

    /// The connection itself is of no more use.
    pub(super) fn broken(&self, lease: &Lease) {
        let mut state = self.state();
        if state.generation == lease.generation {
            state.renew();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn renew(&mut self) {
        *self = Self { line: None, generation: self.generation + 1, late: 0 };
    }
}

/// Makes the connection and keeps it until it ends, or nobody uses it any more. A task of its own,
/// so that no call that is given up takes the connection of others with it.
async fn keep(dialler: Arc<Dialler>, line: watch::Sender<LineState>) {
    let (url, limit) = (dialler.key.destination.as_str(), dialler.key.connect_timeout);
    let connection = match dialler.dial().await {
        Ok((requests, connection)) => {
            line.send_replace(Some(Ok(requests)));
            connection
        }
        Err(error) => {
            line.send_replace(Some(Err(failure::of_dial(&error, url, limit))));
            return;
        }
    };
    let mut connection = pin!(connection);
    let mut turn = false;
    // Whoever is ready to call does so first: their messages leave in one write.
    let mut last = poll_fn(|context| {
        turn = !turn;
        if turn {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        connection.as_mut().poll(context)
    });
    tokio::select! {
        biased;
        // Those whose calls it took with it are told why by their streams.
        _ = &mut last => return,
        () = line.closed() => {}
    }
    // With the last way to make requests gone, it says goodbye and ends.
    drop(line);
    let _ = timeout(limit, connection).await;
}
