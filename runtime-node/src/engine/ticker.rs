//! The thread that advances the engine's epoch, by which running guests are made to yield and
//! those that overrun are ended. It stops when the engine is gone.

use std::time::Duration;

use wasmtime::Engine;

/// How often a guest that never waits gives way to others.
pub const TICK: Duration = Duration::from_millis(10);

pub(super) fn start(engine: &Engine) -> std::io::Result<()> {
    let engine = engine.weak();
    std::thread::Builder::new().name("epoch".to_owned()).spawn(move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(TICK);
        }
    })?;
    Ok(())
}
