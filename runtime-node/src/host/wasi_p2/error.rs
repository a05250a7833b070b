//! `wasi:io/error`: what went wrong with a stream, in words for guests. The host's own causes are
//! told in one line; where in the host it happened is not a guest's business.

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource, ResourceType};

use crate::instances::State;

type StreamError = wasmtime_wasi_io::streams::Error;

/// Defines `wasi:io/error`.
pub(super) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    let mut instance = linker.instance("wasi:io/error@0.2.12")?;
    instance.resource("error", ResourceType::host::<StreamError>(), |mut store, rep| {
        store.data_mut().table.delete(Resource::<StreamError>::new_own(rep))?;
        Ok(())
    })?;
    instance.func_wrap(
        "[method]error.to-debug-string",
        |store: StoreContextMut<'_, State>, (error,): (Resource<StreamError>,)| {
            Ok((format!("{:#}", store.data().table.get(&error)?),))
        },
    )
}
