//! What a guest can make the host hold.

use std::num::NonZeroU32;
use std::time::Duration;

use composer::Ledger;
use wasmtime::component::Linker;

use super::{Callable, Failure, Instances, Limits};
use crate::engine::{Capacity, load};

/// Returns 64 texts, all of them the same mebibyte of its memory.
const ALIASED: &str = r#"(component
    (core module $m
        (memory (export "memory") 17)
        (func (export "all") (result i32) (local $at i32)
            (local.set $at (i32.const 0x100000))
            (loop $next
                (i32.store offset=4 (local.get $at) (i32.const 0x100000))
                (local.set $at (i32.add (local.get $at) (i32.const 8)))
                (br_if $next (i32.lt_u (local.get $at) (i32.const 0x100200))))
            (i32.store (i32.const 0x101000) (i32.const 0x100000))
            (i32.store (i32.const 0x101004) (i32.const 64))
            (i32.const 0x101000)))
    (core instance $i (instantiate $m))
    (func (export "all") (result (list string))
        (canon lift (core func $i "all") (memory $i "memory"))))"#;

async fn with_memory(memory: u64) -> Result<(), Failure> {
    let concurrency = NonZeroU32::MIN;
    let capacity = Capacity { concurrency, components: 1, memory };
    let loaded = load(&wat::parse_str(ALIASED).unwrap(), capacity).unwrap();
    let minute = Duration::from_secs(60);
    let limits = Limits { memory, timeout: minute, delivery: minute, concurrency };
    let ledger = Ledger { graph: "tested".to_owned(), ..Ledger::default() };
    let linker = Linker::new(&loaded.engine);
    let instances = Instances::new(&linker, &loaded.component, &ledger, limits).unwrap();
    let callable = Callable {
        component: "guest".to_owned(),
        interface: None,
        function: "all".to_owned(),
        params: Vec::new(),
        result: Some(wasmtime::component::Type::Bool),
        index: loaded.component.get_export_index(None, "all").unwrap(),
    };
    instances.invoke(&callable, &[]).await.result.map(|_| ())
}

#[tokio::test]
async fn the_host_holds_no_more_than_the_guest_could() {
    assert_eq!(with_memory(128 << 20).await, Ok(()));
    let failure = with_memory(32 << 20).await.unwrap_err();
    assert_eq!(failure.code(), "host", "{failure}");
}
