//! `modulewise:grpc/endpoint`: bytes to a named gRPC method over the shared channel of the pod.
//! It knows the names that its capability allows, not what the bytes mean.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use telemetry::{Channel, Reply, SendError};
use wasmtime::StoreContextMut;
use wasmtime::component::Linker;

use super::{Sight, Witness};
use crate::instances::State;

/// One `grpc` capability: a channel and the methods that may be called through it.
pub struct Endpoint {
    name: String,
    channel: Channel,
    paths: BTreeMap<String, String>,
}

impl Endpoint {
    pub fn new(name: String, channel: Channel, paths: BTreeMap<String, String>) -> Self {
        Self { name, channel, paths }
    }

    async fn send(&self, witness: &Witness, sight: Sight, path: &str, data: Vec<u8>) -> Answer {
        let Some(method) = self.paths.get(path) else {
            return Err(self.unknown(path));
        };
        // Said before the wait: the invocation may end during it, and then the call is lost.
        let begun = sight.sees(method).then(|| witness.began());
        let sent = self.channel.send(method, Bytes::from(data)).await;
        if let Some(begun) = begun {
            witness.spent(begun.elapsed());
            testify(witness, &sent);
        }
        sent.map(drop).map_err(|error| error.to_string())
    }

    fn unknown(&self, path: &str) -> String {
        let known: Vec<&str> = self.paths.keys().map(String::as_str).collect();
        format!(
            "unknown_route: capability {:?} has no path {path:?}; its paths are {}",
            self.name,
            known.join(", ")
        )
    }
}

type Answer = Result<(), String>;

/// What the outcome of a send, which began, means for the host's own count.
fn testify(witness: &Witness, sent: &Result<Reply, SendError>) {
    match sent {
        // Both had status 0: how many records the latter cost is for the caller to count.
        Ok(_) | Err(SendError::PartialSuccess { .. }) => witness.confirmed(),
        Err(error @ (SendError::TooLarge { .. } | SendError::UnknownRoute { .. })) => {
            witness.withdrew(&error.to_string());
        }
        Err(error @ SendError::Status { .. }) => witness.explain(&error.to_string()),
    }
}

/// Defines the slot so that it sends through `endpoint`.
pub fn link(
    linker: &mut Linker<State>,
    slot: &str,
    endpoint: Arc<Endpoint>,
    sight: Sight,
) -> wasmtime::Result<()> {
    let mut instance = linker.instance(slot)?;
    instance.func_wrap_async(
        "send",
        move |store: StoreContextMut<'_, State>, (path, data): (String, Vec<u8>)| {
            let endpoint = Arc::clone(&endpoint);
            let witness = Arc::clone(store.data().witnesses.of(sight));
            Box::new(async move { Ok((endpoint.send(&witness, sight, &path, data).await,)) })
        },
    )
}
