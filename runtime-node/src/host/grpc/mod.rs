//! `modulewise:grpc/endpoint`: bytes to a named gRPC method over the shared channel of the pod.
//! It knows the names that its capability allows, not what the bytes mean.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use telemetry::{Channel, SendError};
use wasmtime::StoreContextMut;
use wasmtime::component::Linker;

use super::witness::is_telemetry;
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

    async fn send(&self, state: &Arc<super::Witness>, path: &str, data: Vec<u8>) -> Answer {
        let Some(method) = self.paths.get(path) else {
            return Err(self.unknown(path));
        };
        let telemetry = is_telemetry(method);
        let begun = Instant::now();
        let sent = self.channel.send(method, Bytes::from(data)).await;
        if telemetry {
            state.spent(begun.elapsed());
        }
        match sent {
            Ok(_) => {
                if telemetry {
                    state.saw_ok();
                }
                Ok(())
            }
            Err(error) => {
                let text = error.to_string();
                // A partial success is an answer with status 0: the adapter counts its records.
                match (telemetry, matches!(error, SendError::PartialSuccess { .. })) {
                    (true, true) => state.saw_ok(),
                    (true, false) => state.saw_failure(&text),
                    (false, _) => {}
                }
                Err(text)
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

/// Defines the slot so that it sends through `endpoint`.
pub fn link(
    linker: &mut Linker<State>,
    slot: &str,
    endpoint: Arc<Endpoint>,
) -> wasmtime::Result<()> {
    let mut instance = linker.instance(slot)?;
    instance.func_wrap_async(
        "send",
        move |store: StoreContextMut<'_, State>, (path, data): (String, Vec<u8>)| {
            let endpoint = Arc::clone(&endpoint);
            let witness = Arc::clone(&store.data().witness);
            Box::new(async move { Ok((endpoint.send(&witness, &path, data).await,)) })
        },
    )
}
