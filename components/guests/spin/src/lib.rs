//! Fixture: loops forever without calling anything. It imports nothing.

mod bindings;

use bindings::exports::fixture::spin::spin::Guest;
use std::hint::black_box;

struct Spin;

impl Guest for Spin {
    fn spin() {
        let mut turns = 0_u64;
        loop {
            turns = black_box(turns).wrapping_add(1);
        }
    }
}
