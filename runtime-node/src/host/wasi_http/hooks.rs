//! What the `wasi:http` implementation asks its host, answered for one slot or for all, and what a
//! store must offer for it. Knows no linker.

use std::sync::Arc;

use http::{HeaderName, Request, Response};
use wasmtime::component::ResourceTable;
use wasmtime_wasi_http::{
    DEFAULT_FORBIDDEN_HEADERS, Error, RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView,
    WasiHttpHooks,
};

use super::call::Call;
use super::client::Client;
use crate::host::{Sight, Witness, Witnesses};

/// A store's data that components can make HTTP requests with.
pub trait HttpState: Send + 'static {
    fn http(&mut self) -> HttpView<'_>;
}

/// The parts of a store's data that `wasi:http` works on.
pub struct HttpView<'a> {
    pub table: &'a mut ResourceTable,
    pub ctx: &'a mut WasiHttpCtx,
    pub witnesses: &'a Witnesses,
}

impl<'a> HttpView<'a> {
    /// The view for `wasi:http/types`, which has no authority: it can send nothing.
    pub fn shared(self) -> WasiHttpCtxView<'a> {
        // A value without size: nothing is allocated, so nothing leaks.
        let hooks = Box::leak(Box::new(TypesHooks));
        WasiHttpCtxView { hooks, table: self.table, ctx: self.ctx }
    }
}

type Sending = Box<dyn Future<Output = Result<Sent, Error>> + Send>;
type Sent = (Response<WasiBody>, Io);
type Io = Box<dyn Future<Output = Result<(), Error>> + Send>;

/// Sends with the client that a slot's component was granted.
pub(super) struct SlotHooks<'a> {
    pub(super) client: &'a Arc<Client>,
    pub(super) witness: &'a Arc<Witness>,
    pub(super) sight: Sight,
}

impl WasiHttpHooks for SlotHooks<'_> {
    fn is_forbidden_header(&mut self, name: &HeaderName) -> bool {
        is_forbidden(name)
    }

    /// The client sets it for HTTP/1.1; in HTTP/2 it would stand beside `:authority`.
    fn set_host_header(&mut self) -> bool {
        false
    }

    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Io,
    ) -> Sending {
        let call = Call::of(&request, self.witness, self.sight);
        let sending = Arc::clone(self.client).send(request, options, call);
        // Connections run in tasks of the pool, so there is nothing left to drive.
        Box::new(async { Ok((sending.await?, Box::new(async { Ok(()) }) as Io)) })
    }
}

/// For the shared interface, through which nothing is sent.
struct TypesHooks;

impl WasiHttpHooks for TypesHooks {
    fn is_forbidden_header(&mut self, name: &HeaderName) -> bool {
        is_forbidden(name)
    }

    fn send_request(&mut self, _: Request<WasiBody>, _: Option<RequestOptions>, _: Io) -> Sending {
        Box::new(async { Err(Error::HttpRequestDenied) })
    }
}

/// `te` is not among them: a gRPC call must carry `te: trailers`.
fn is_forbidden(name: &HeaderName) -> bool {
    DEFAULT_FORBIDDEN_HEADERS.contains(name)
}
