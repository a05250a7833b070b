//! The signals that ask the node to stop.

use tokio::signal::unix::{SignalKind, signal};

/// Resolves at SIGTERM or SIGINT. Signals count from the call of this function, not from the first
/// wait: who announces a port afterwards can be told to stop at once.
pub fn stop_signal() -> impl Future<Output = ()> + Send {
    let handlers = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    async move {
        let (Ok(mut term), Ok(mut interrupt)) = handlers else {
            // Without handlers the default action of the signals ends the process.
            return std::future::pending().await;
        };
        tokio::select! {
            _ = term.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
}
