//! Offers `wasi:http` to a composition: the types once, the outgoing handler under each slot with
//! the client of that slot's component. Knows slots by name only.

use std::sync::Arc;

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource};
use wasmtime_wasi_http::p2::HttpResult;
use wasmtime_wasi_http::p2::bindings::LinkOptions;
use wasmtime_wasi_http::p2::bindings::http::outgoing_handler::Host;
use wasmtime_wasi_http::p2::bindings::http::types::{self, ErrorCode};
use wasmtime_wasi_http::p2::types::{HostFutureIncomingResponse, HostOutgoingRequest};
use wasmtime_wasi_http::{RequestOptions, WasiHttp, WasiHttpCtxView};

use super::client::Client;
use super::errors;
use super::hooks::{HttpState, HttpView, SlotHooks};
use crate::host::Sight;

/// The name under which the bindings define the types.
const TYPES: &str = "wasi:http/types@0.2.12";

type Parameters = (Resource<HostOutgoingRequest>, Option<Resource<RequestOptions>>);
type Handled = Result<Resource<HostFutureIncomingResponse>, ErrorCode>;

/// Defines `wasi:http/types`, shared by all components of a composition. Leaves shadowing off.
pub fn link_types<T: HttpState>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    let options = LinkOptions::default();
    types::add_to_linker::<T, WasiHttp>(linker, &(&options).into(), |state| state.http().shared())?;
    // The stock `http-error-code` does not know the errors of response bodies: a guest would only
    // learn that reading failed.
    linker.allow_shadowing(true);
    let shadowed = linker.instance(TYPES)?.func_wrap("http-error-code", error_code::<T>);
    linker.allow_shadowing(false);
    shadowed
}

fn error_code<T: HttpState>(
    mut store: StoreContextMut<'_, T>,
    (error,): (Resource<wasmtime::Error>,),
) -> wasmtime::Result<(Option<ErrorCode>,)> {
    let error = store.data_mut().http().table.get(&error)?;
    let body = || error.downcast_ref().map(errors::code);
    Ok((error.downcast_ref::<ErrorCode>().cloned().or_else(body),))
}

/// Defines the outgoing handler of one component under its slot.
pub fn link_outgoing<T: HttpState>(
    linker: &mut Linker<T>,
    slot: &str,
    client: Arc<Client>,
    sight: Sight,
) -> wasmtime::Result<()> {
    linker.instance(slot)?.func_wrap(
        "handle",
        move |mut store: StoreContextMut<'_, T>, parameters: Parameters| {
            Ok((handle(store.data_mut().http(), &client, sight, parameters)?,))
        },
    )
}

fn handle(
    view: HttpView<'_>,
    client: &Arc<Client>,
    sight: Sight,
    (request, options): Parameters,
) -> wasmtime::Result<Handled> {
    let HttpView { table, ctx, witnesses } = view;
    let witness = witnesses.of(sight);
    let given = options.as_ref().map(Resource::rep);
    let mut hooks = SlotHooks { client, witness, sight };
    let mut http = WasiHttpCtxView { hooks: &mut hooks, table: &mut *table, ctx };
    let handled = answer(http.handle(request, options));
    // `handle` reads the options but leaves them in the table, though the guest gave them away.
    if let Some(rep) = given {
        table.delete(Resource::<RequestOptions>::new_own(rep))?;
    }
    handled
}

/// An error code is an answer, everything else a trap.
fn answer(result: HttpResult<Resource<HostFutureIncomingResponse>>) -> wasmtime::Result<Handled> {
    match result {
        Ok(response) => Ok(Ok(response)),
        Err(error) => error.downcast().map(Err),
    }
}
