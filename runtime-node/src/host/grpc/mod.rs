//! `modulewise:grpc/endpoint`: bytes to a named gRPC method over the shared channel of the pod.
//! It knows the names that its capability allows, not what the bytes mean.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use telemetry::{Channel, SendError};
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
        let telemetry = sight.sees(method);
        let begun = Instant::now();
        if telemetry {
            // Said before the wait: the invocation may end during it, and then the call is lost.
            witness.began();
        }
        let sent = self.channel.send(method, Bytes::from(data)).await;
        if telemetry {
            witness.spent(begun.elapsed());
        }
        match sent {
            Ok(_) => {
                if telemetry {
                    witness.confirmed();
                }
                Ok(())
            }
            Err(error) => {
                if telemetry {
                    testify(witness, &error);
                }
                Err(error.to_string())
            }
        }
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

/// What a failed send, which began, means for the host's own count.
fn testify(witness: &Witness, error: &SendError) {
    match error {
        // An answer with status 0: how many records it cost is for the caller to count.
        SendError::PartialSuccess { .. } => witness.confirmed(),
        SendError::TooLarge { .. } | SendError::UnknownRoute { .. } => {
            witness.withdrew(&error.to_string());
        }
        SendError::Status { .. } => witness.explain(&error.to_string()),
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
