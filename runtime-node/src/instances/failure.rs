//! Why an invocation did not return, as one word for programs and one sentence for people. It
//! does not decide what a trigger answers.

use std::time::Duration;

use wasmtime::Trap;

use super::budget::Budget;

/// An invocation that ended without returning.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Failure {
    #[error("the component trapped: {message}")]
    Trap { code: &'static str, message: String },
    #[error("no result within {0:?}, the time limit of an invocation")]
    Timeout(Duration),
    #[error("the invocation wanted more than {0} bytes of memory, its limit")]
    Memory(u64),
    #[error("all {0} invocations are in use")]
    Overloaded(u32),
    #[error("the component called exit with status {0}")]
    Exit(i32),
    #[error("the host could not carry out the invocation: {0}")]
    Host(String),
}

impl Failure {
    /// A stable word: the trap's kind, `timeout`, `memory-limit`, `overloaded`, `exit`, `host`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Trap { code, .. } => code,
            Self::Timeout(_) => "timeout",
            Self::Memory(_) => "memory-limit",
            Self::Overloaded(_) => "overloaded",
            Self::Exit(_) => "exit",
            Self::Host(_) => "host",
        }
    }

    /// Reads the engine's error. A guest that was refused memory usually traps right after, so
    /// the refusal is the better reason.
    pub(super) fn of(error: &wasmtime::Error, budget: &Budget, limit: Duration) -> Self {
        if let Some(exit) = error.downcast_ref::<wasmtime_wasi::I32Exit>() {
            return Self::Exit(exit.0);
        }
        if error.downcast_ref::<wasmtime::PoolConcurrencyLimitError>().is_some() {
            return Self::Host(format!("the instance pool is used up: {error:#}"));
        }
        match error.downcast_ref::<Trap>() {
            Some(Trap::Interrupt) => Self::Timeout(limit),
            _ if budget.was_refused() => Self::Memory(budget.limit()),
            Some(trap) => Self::Trap { code: word(*trap), message: trap.to_string() },
            None => Self::Host(format!("{error:#}")),
        }
    }
}

fn word(trap: Trap) -> &'static str {
    match trap {
        Trap::UnreachableCodeReached => "unreachable",
        Trap::StackOverflow => "stack-overflow",
        Trap::MemoryOutOfBounds | Trap::HeapMisaligned => "memory-out-of-bounds",
        Trap::TableOutOfBounds | Trap::IndirectCallToNull | Trap::BadSignature => "table",
        Trap::IntegerOverflow | Trap::IntegerDivisionByZero | Trap::BadConversionToInteger => {
            "arithmetic"
        }
        Trap::CannotEnterComponent => "reentrance",
        Trap::AllocationTooLarge => "allocation-too-large",
        _ => "trap",
    }
}
