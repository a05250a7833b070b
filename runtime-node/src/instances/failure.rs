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

    /// Reads the engine's error. A guest that gives up because it was refused memory executes
    /// `unreachable`, or cannot even be instantiated; then the refusal is the better reason. Other
    /// traps are mistakes that it made with the memory it has.
    pub(super) fn of(error: &wasmtime::Error, budget: &Budget, limit: Duration) -> Self {
        if let Some(exit) = error.downcast_ref::<wasmtime_wasi::I32Exit>() {
            return Self::Exit(exit.0);
        }
        if error.downcast_ref::<wasmtime::PoolConcurrencyLimitError>().is_some() {
            return Self::Host(format!("the instance pool is used up: {error:#}"));
        }
        match error.downcast_ref::<Trap>() {
            Some(Trap::Interrupt) => Self::Timeout(limit),
            None | Some(Trap::UnreachableCodeReached | Trap::AllocationTooLarge)
                if budget.was_refused() =>
            {
                Self::Memory(budget.limit())
            }
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

#[cfg(test)]
mod tests {
    use wasmtime::ResourceLimiter as _;

    use super::*;

    #[test]
    fn only_what_follows_from_a_refusal_is_a_matter_of_memory() {
        let second = Duration::from_secs(1);
        let mut budget = Budget::new(100);
        let code = |budget: &Budget, trap: Trap| Failure::of(&trap.into(), budget, second).code();
        assert_eq!(code(&budget, Trap::UnreachableCodeReached), "unreachable");
        assert!(!budget.memory_growing(0, 200, None).unwrap());
        assert_eq!(code(&budget, Trap::UnreachableCodeReached), "memory-limit");
        assert_eq!(code(&budget, Trap::IntegerDivisionByZero), "arithmetic");
        assert_eq!(code(&budget, Trap::StackOverflow), "stack-overflow");
        assert!(budget.memory_growing(0, 50, None).unwrap());
        assert_eq!(code(&budget, Trap::UnreachableCodeReached), "unreachable");
    }
}
