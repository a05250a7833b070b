//! Turns a composition's bytes into code that can be instantiated: one configuration for compiling
//! and loading, a pool sized from the composition, and the clock that ends runaway guests. It knows
//! neither the manifest nor what the host offers.

mod config;
#[cfg(test)]
mod tests;
mod ticker;

use std::num::NonZeroU32;

use wasmtime::Engine;
use wasmtime::component::Component;

pub use config::MEMORY_RESERVATION;
use config::Pool;
pub use ticker::TICK;

/// What the engine must hold at the same time.
#[derive(Clone, Copy, Debug)]
pub struct Capacity {
    /// Invocations at the same time.
    pub concurrency: NonZeroU32,
    /// Component instances in the composition.
    pub components: u32,
    /// Bytes of linear memory that one invocation may use altogether.
    pub memory: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error("the engine cannot be set up: {0}")]
    Setup(String),
    #[error("the composition cannot be compiled: {0}")]
    Compile(String),
    #[error("the composition needs {needed} bytes of memory at start, its limit is {limit}")]
    InitialMemory { needed: u64, limit: u64 },
    #[error("{0} invocations at the same time need more address space than there is: {1}")]
    Pool(NonZeroU32, String),
}

/// Compiled code, loaded into an engine whose pool fits it.
pub struct Loaded {
    pub engine: Engine,
    pub component: Component,
}

/// Compiles `composition` and loads it.
///
/// The pool can only be sized once the code is known, and an engine's pool is fixed when it is
/// made: so a first engine compiles, and a second one, equal in all that shapes code, serves.
pub fn load(composition: &[u8], capacity: Capacity) -> Result<Loaded, EngineError> {
    let compiler = engine(None)?;
    let code = compiler
        .precompile_component(composition)
        .map_err(|e| EngineError::Compile(format!("{e:#}")))?;
    let pool = Pool::fitting(&deserialize(&compiler, &code)?, capacity)?;
    let engine =
        engine(Some(&pool)).map_err(|e| EngineError::Pool(capacity.concurrency, e.to_string()))?;
    let component = deserialize(&engine, &code)?;
    component
        .initialize_copy_on_write_image()
        .map_err(|e| EngineError::Setup(format!("memory images: {e:#}")))?;
    ticker::start(&engine).map_err(|e| EngineError::Setup(format!("epoch thread: {e}")))?;
    Ok(Loaded { engine, component })
}

fn engine(pool: Option<&Pool>) -> Result<Engine, EngineError> {
    Engine::new(&config::config(pool)).map_err(|e| EngineError::Setup(format!("{e:#}")))
}

fn deserialize(engine: &Engine, code: &[u8]) -> Result<Component, EngineError> {
    #[expect(unsafe_code, reason = "the code was produced by this process a moment ago")]
    // SAFETY: `code` comes straight from `precompile_component` of an engine with the same
    // code-shaping configuration and never left this process.
    unsafe { Component::deserialize(engine, code) }
        .map_err(|e| EngineError::Setup(format!("compiled code: {e:#}")))
}
