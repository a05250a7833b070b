//! The interfaces without authority of their own, linked once under their standard names: io,
//! clocks, random, and methods of resources that a component must first have been given.

use wasmtime::component::{HasData, Linker, ResourceTable};
use wasmtime_wasi::cli::{WasiCli, WasiCliCtxView};
use wasmtime_wasi::clocks::{WasiClocks, WasiClocksCtxView};
use wasmtime_wasi::filesystem::{WasiFilesystem, WasiFilesystemCtxView};
use wasmtime_wasi::p2::bindings::{cli, clocks, filesystem, random};
use wasmtime_wasi::random::WasiRandom;
use wasmtime_wasi_io::bindings::wasi::io;

use crate::instances::State;

struct HasTable;

impl HasData for HasTable {
    type Data<'a> = &'a mut ResourceTable;
}

/// Defines all shared interfaces; those that the composition does not import cost nothing.
pub fn link_shared(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    super::error::link(linker)?;
    io::poll::add_to_linker::<State, HasTable>(linker, |s| &mut s.table)?;
    io::streams::add_to_linker::<State, HasTable>(linker, |s| &mut s.table)?;
    clocks::wall_clock::add_to_linker::<State, WasiClocks>(linker, clock_view)?;
    clocks::monotonic_clock::add_to_linker::<State, WasiClocks>(linker, clock_view)?;
    random::random::add_to_linker::<State, WasiRandom>(linker, State::random)?;
    random::insecure::add_to_linker::<State, WasiRandom>(linker, State::random)?;
    random::insecure_seed::add_to_linker::<State, WasiRandom>(linker, State::random)?;
    cli::terminal_input::add_to_linker::<State, WasiCli>(linker, cli_view)?;
    cli::terminal_output::add_to_linker::<State, WasiCli>(linker, cli_view)?;
    filesystem::types::add_to_linker::<State, WasiFilesystem>(linker, filesystem_view)
}

fn clock_view(state: &mut State) -> WasiClocksCtxView<'_> {
    let (ctx, table) = state.clocks();
    WasiClocksCtxView { ctx, table }
}

fn cli_view(state: &mut State) -> WasiCliCtxView<'_> {
    let (ctx, table) = state.powerless();
    WasiCliCtxView { ctx: ctx.cli(), table }
}

fn filesystem_view(state: &mut State) -> WasiFilesystemCtxView<'_> {
    let (ctx, table) = state.powerless();
    WasiFilesystemCtxView { ctx: ctx.filesystem(), table }
}
