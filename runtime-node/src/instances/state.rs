//! What a store holds during one invocation. Everything that not every invocation needs is made
//! when first asked for. It does not know which component calls: host functions know their slot.

use std::time::Instant;

use wasmtime::component::ResourceTable;
use wasmtime_wasi::clocks::WasiClocksCtx;
use wasmtime_wasi::random::WasiRandomCtx;
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder};
use wasmtime_wasi_http::WasiHttpCtx;

use super::budget::Budget;
use crate::host::Witnesses;
use crate::host::wasi_http::{HttpState, HttpView};

/// Per-invocation state of the host.
pub struct State {
    pub table: ResourceTable,
    pub http: WasiHttpCtx,
    pub witnesses: Witnesses,
    pub(super) budget: Budget,
    pub(super) deadline: Instant,
    clocks: Option<WasiClocksCtx>,
    random: Option<WasiRandomCtx>,
    wasi: Option<WasiCtx>,
}

impl State {
    pub(super) fn new(memory: u64, deadline: Instant) -> Self {
        Self {
            table: ResourceTable::new(),
            http: WasiHttpCtx::new(),
            witnesses: Witnesses::default(),
            budget: Budget::new(memory),
            deadline,
            clocks: None,
            random: None,
            wasi: None,
        }
    }

    pub fn clocks(&mut self) -> (&mut WasiClocksCtx, &mut ResourceTable) {
        (self.clocks.get_or_insert_default(), &mut self.table)
    }

    pub fn random(&mut self) -> &mut WasiRandomCtx {
        self.random.get_or_insert_default()
    }

    /// A context without any authority, for methods of resources that carry their own.
    pub fn powerless(&mut self) -> (&mut WasiCtx, &mut ResourceTable) {
        (self.wasi.get_or_insert_with(|| WasiCtxBuilder::new().build()), &mut self.table)
    }
}

impl HttpState for State {
    fn http(&mut self) -> HttpView<'_> {
        HttpView { table: &mut self.table, ctx: &mut self.http, witnesses: &self.witnesses }
    }
}
