//! One invocation must not see what another left in memory, however memory is reset.

use std::num::NonZeroU32;

use wasmtime::Store;
use wasmtime::component::Linker;

use super::{Capacity, Loaded, load};

/// Grows its memory, says whether anything but the initial data is in it, and spoils all of it.
const PROBE: &str = r#"(component
    (core module $m
        (memory 1)
        (data (i32.const 0) "seed")
        (func (export "probe") (param $pages i32) (result i32)
            (local $at i32) (local $end i32) (local $seen i32)
            (local.set $seen (i32.xor (i32.load (i32.const 0)) (i32.const 0x64656573)))
            (if (i32.eq (memory.grow (local.get $pages)) (i32.const -1)) (then unreachable))
            (local.set $end (i32.mul (memory.size) (i32.const 65536)))
            (local.set $at (i32.const 4))
            (loop $next
                (local.set $seen (i32.or (local.get $seen) (i32.load (local.get $at))))
                (local.set $at (i32.add (local.get $at) (i32.const 4)))
                (br_if $next (i32.lt_u (local.get $at) (local.get $end))))
            (memory.fill (i32.const 0) (i32.const 0xff) (local.get $end))
            (local.get $seen)))
    (core instance $i (instantiate $m))
    (func (export "probe") (param "pages" u32) (result u32)
        (canon lift (core func $i "probe"))))"#;

fn probe(loaded: &Loaded, pages: u32) -> u32 {
    let mut store = Store::new(&loaded.engine, ());
    store.set_epoch_deadline(1_000_000);
    let instance = Linker::new(&loaded.engine).instantiate(&mut store, &loaded.component).unwrap();
    let probe = instance.get_typed_func::<(u32,), (u32,)>(&mut store, "probe").unwrap();
    probe.call(&mut store, (pages,)).unwrap().0
}

#[test]
fn memory_is_as_new_in_each_invocation() {
    let one = NonZeroU32::MIN;
    // With room for one invocation, all of them use the same memory in turn.
    let capacity = Capacity { concurrency: one, components: 1, memory: 64 << 20 };
    let loaded = load(&wat::parse_str(PROBE).unwrap(), capacity).unwrap();
    // Within what stays resident, beyond it, and back again.
    for pages in [0, 1, 10, 300, 1, 300, 0, 40] {
        assert_eq!(probe(&loaded, pages), 0, "after growing by {pages} pages");
    }
}
