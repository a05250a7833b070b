//! What one process of the runtime node has room for, on every machine: so that a graph is refused
//! before a pod is made for it. What it is used for is the engine's business.

/// Largest linear memory of a component.
pub const MEMORY_OF_COMPONENT: u64 = 1 << 30;

/// What a process may reserve for all memories together: it can address 128 TiB, but the program
/// itself lies in the middle.
const ADDRESS_SPACE: u64 = 64 << 40;

/// How many invocations there may be at a time. Each has a stack, which takes two of the 65,530
/// mappings that Linux gives a process unless told otherwise.
pub(crate) const MOST_INVOCATIONS: u32 = 24_000;

/// How many there may be in a graph of so many components, each with one memory.
pub(crate) fn most_invocations(components: usize) -> u32 {
    let each = MEMORY_OF_COMPONENT.saturating_mul(components.max(1) as u64);
    u32::try_from(ADDRESS_SPACE / each).unwrap_or(u32::MAX).min(MOST_INVOCATIONS)
}
