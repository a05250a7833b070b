//! Fixture: calls itself as deep as it is told, so that a large number overflows the stack. It
//! imports nothing.

mod bindings;

use bindings::exports::fixture::recurse::recurse::Guest;
use std::hint::black_box;

struct Recurse;

impl Guest for Recurse {
    fn recurse(levels: u64) -> u64 {
        descend(levels)
    }
}

/// The result is used after the call, so that this does not become a loop.
#[inline(never)]
fn descend(levels: u64) -> u64 {
    if levels == 0 { 0 } else { black_box(descend(black_box(levels - 1))) + 1 }
}
