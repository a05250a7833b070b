//! Fixture: takes memory until it has enough or is refused, and says how much it got. It imports
//! nothing.

mod bindings;

use bindings::exports::fixture::grow::grow::Guest;
use std::hint::black_box;

struct Grow;

impl Guest for Grow {
    fn grow(mebibytes: u32) -> u32 {
        let mut taken: Vec<Vec<u8>> = Vec::new();
        for got in 0..mebibytes {
            let mut piece = Vec::new();
            if taken.try_reserve(1).is_err() || piece.try_reserve_exact(1 << 20).is_err() {
                return got;
            }
            piece.resize(1 << 20, 1);
            taken.push(black_box(piece));
        }
        mebibytes
    }
}
