//! Fixture: calls a gRPC method with a message of any size, so that a test sees the endpoint's own
//! verdict. It knows `modulewise:grpc` alone.

mod bindings;

use bindings::endpoint;
use bindings::exports::fixture::grpc_send::grpc_send::Guest;

struct GrpcSend;

impl Guest for GrpcSend {
    fn send(path: String, size: u32) -> Result<(), String> {
        let size = usize::try_from(size).map_err(|error| error.to_string())?;
        endpoint::send(&path, &vec![0; size])
    }
}
