//! `wasi:filesystem/preopens` for one component: the directories of its capability, or none.

use std::path::PathBuf;
use std::sync::Arc;

use wasmtime::StoreContextMut;
use wasmtime::component::Linker;
use wasmtime_wasi::filesystem::WasiFilesystemCtxView;
use wasmtime_wasi::p2::bindings::filesystem::preopens::Host as _;
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder};

use crate::instances::State;

/// One directory, opened anew for each invocation that asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    pub host: PathBuf,
    pub guest: String,
    pub writable: bool,
}

/// Defines the slot so that it answers with `directories`.
pub fn link_preopens(
    linker: &mut Linker<State>,
    slot: &str,
    directories: Arc<Vec<Directory>>,
) -> wasmtime::Result<()> {
    let mut instance = linker.instance(slot)?;
    instance.func_wrap("get-directories", move |mut store: StoreContextMut<'_, State>, (): ()| {
        let mut ctx = open(&directories)?;
        let table = &mut store.data_mut().table;
        let mut view = WasiFilesystemCtxView { ctx: ctx.filesystem(), table };
        Ok((view.get_directories()?,))
    })
}

fn open(directories: &[Directory]) -> wasmtime::Result<WasiCtx> {
    let mut builder = WasiCtxBuilder::new();
    for directory in directories {
        let access = if directory.writable { FsPerms::ReadWrite } else { FsPerms::ReadOnly };
        builder.preopened_dir(&directory.host, &directory.guest, access)?;
    }
    Ok(builder.build())
}
