//! The one place where the engine is configured. What shapes code is the same with and without a
//! pool, so that code compiled by one engine loads into the other.

use wasmtime::component::Component;
use wasmtime::{Config, Enabled, Inlining, InstanceAllocationStrategy, PoolingAllocationConfig};

use super::{Capacity, EngineError};

/// Largest linear memory that a slot of the pool can hold; also what compiled code assumes.
pub const MEMORY_RESERVATION: u64 = 1 << 30;
/// Pages a slot may keep between invocations; only what guests dirtied is really resident.
const KEEP_MEMORY: usize = 8 << 20;
const KEEP_TABLE: usize = 64 << 10;
/// Core instances that one component instance may bring (main, shims, adapters): a counter only.
const CORE_INSTANCES_PER_COMPONENT: u32 = 24;
const WASM_PAGE: u64 = 64 << 10;

/// Sizes of the pooling allocator.
pub(super) struct Pool {
    invocations: u32,
    core_instances: u32,
    memories: u32,
    tables: u32,
    table_elements: usize,
    max_memory: usize,
}

impl Pool {
    pub(super) fn fitting(component: &Component, capacity: Capacity) -> Result<Self, EngineError> {
        let needed = component.resources_required().ok_or_else(|| {
            EngineError::Compile("it imports core modules, which graphs cannot".to_owned())
        })?;
        let initial = needed.max_initial_memory_size.unwrap_or(0).saturating_mul(WASM_PAGE);
        let max_memory = capacity.memory.min(MEMORY_RESERVATION);
        if initial > max_memory {
            return Err(EngineError::InitialMemory { needed: initial, limit: max_memory });
        }
        let invocations = capacity.concurrency.get();
        let each = |n: u32| n.saturating_mul(invocations).max(1);
        Ok(Self {
            invocations,
            core_instances: each(
                capacity.components.saturating_add(1).saturating_mul(CORE_INSTANCES_PER_COMPONENT),
            ),
            memories: each(needed.num_memories),
            tables: each(needed.num_tables),
            table_elements: needed
                .max_initial_table_size
                .map_or(0, |n| usize::try_from(n).unwrap_or(usize::MAX))
                .max(20_000),
            max_memory: usize::try_from(max_memory).unwrap_or(usize::MAX),
        })
    }

    fn strategy(&self) -> InstanceAllocationStrategy {
        let mut pool = PoolingAllocationConfig::new();
        pool.total_component_instances(self.invocations)
            .total_core_instances(self.core_instances)
            .total_memories(self.memories)
            .total_tables(self.tables)
            .total_stacks(self.invocations)
            .max_unused_warm_slots(self.memories)
            .max_core_instance_size(16 << 20)
            .max_component_instance_size(16 << 20)
            .table_elements(self.table_elements)
            .max_memory_size(self.max_memory);
        // Rewriting only dirty pages is worth more than any other setting, but the kernel's scan
        // cannot be trusted with pages that were swapped out.
        if swap_is_impossible() {
            pool.linear_memory_keep_resident(KEEP_MEMORY)
                .table_keep_resident(KEEP_TABLE)
                .pagemap_scan(Enabled::Auto);
        }
        InstanceAllocationStrategy::Pooling(pool)
    }
}

/// The configuration; with a pool it serves, without one it compiles.
pub(super) fn config(pool: Option<&Pool>) -> Config {
    let mut config = Config::new();
    // Graphs are WASI 0.2: tasks and streams of the concurrent ABI would only cost time.
    config.concurrency_support(false);
    config.epoch_interruption(true);
    config.compiler_inlining(Inlining::InterModule);
    config.memory_init_cow(true);
    // Bounds are checked in code rather than by guard pages: a guest that grows its memory would
    // otherwise cost two changes of page protection in every invocation.
    config.signals_based_traps(false);
    config.memory_reservation(MEMORY_RESERVATION);
    config.memory_guard_size(0);
    config.memory_may_move(false);
    if let Some(pool) = pool {
        config.allocation_strategy(pool.strategy());
    }
    config
}

fn swap_is_impossible() -> bool {
    // The file has a heading, then one line for each swap area.
    std::fs::read_to_string("/proc/swaps").is_ok_and(|text| text.lines().count() <= 1)
}
