//! The memory one invocation may use, over all its components. It refuses, and remembers that it
//! did; it does not end the guest.

use wasmtime::ResourceLimiter;

const TABLE_ELEMENTS: usize = 20_000;

/// Linear memory spent and allowed.
#[derive(Debug)]
pub(super) struct Budget {
    limit: u64,
    spent: u64,
    refused: bool,
}

impl Budget {
    pub(super) fn new(limit: u64) -> Self {
        Self { limit, spent: 0, refused: false }
    }

    pub(super) fn was_refused(&self) -> bool {
        self.refused
    }

    /// What follows has its own reasons.
    pub(super) fn forget_refusal(&mut self) {
        self.refused = false;
    }

    pub(super) fn limit(&self) -> u64 {
        self.limit
    }
}

impl ResourceLimiter for Budget {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        // Sizes of this platform fit 64 bits.
        let more = desired.saturating_sub(current) as u64;
        let spent = self.spent.saturating_add(more);
        if spent > self.limit || maximum.is_some_and(|m| desired > m) {
            self.refused = true;
            return Ok(false);
        }
        self.spent = spent;
        // It goes on with less than it wanted.
        self.refused = false;
        Ok(true)
    }

    fn memory_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        self.refused = true;
        Ok(())
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired <= maximum.unwrap_or(TABLE_ELEMENTS).min(TABLE_ELEMENTS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memories_share_one_budget() {
        let mut budget = Budget::new(100);
        assert!(budget.memory_growing(0, 60, None).unwrap());
        assert!(!budget.memory_growing(0, 60, None).unwrap());
        assert!(budget.was_refused());
        assert!(budget.memory_growing(60, 100, None).unwrap());
        assert!(!budget.was_refused(), "the guest went on with less");
    }
}
