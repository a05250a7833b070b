//! Fixture: traps, as a guest does that panics. It imports nothing.

mod bindings;

use bindings::exports::fixture::trap::trap::Guest;

struct Trap;

impl Guest for Trap {
    fn trap() {
        #[cfg(target_arch = "wasm32")]
        core::arch::wasm32::unreachable();
    }
}
