//! Grants to linked slots: each entry of the ledger is handed to the folder that serves its
//! interface, with the settings of the component it was granted to.

use composer::{Grant, Ledger};
use wasmtime::component::Linker;

use super::{Sight, config_store, grpc, wasi_http, wasi_p2};
use crate::instances::State;
use crate::settings::Settings;

const ENDPOINT: &str = "modulewise:grpc/endpoint";

#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    #[error("the ledger grants {interface} to {component:?}, which this node does not provide")]
    Unknown { interface: String, component: String },
    #[error("capability {0:?} of the ledger is not in the manifest")]
    Capability(String),
    #[error("{interface} of {component:?} cannot be linked: {reason}")]
    Engine { interface: String, component: String, reason: String },
}

/// Links everything that the ledger grants.
pub fn link(
    linker: &mut Linker<State>,
    ledger: &Ledger,
    settings: &Settings,
) -> Result<(), LinkError> {
    let shared = |reason: wasmtime::Error| LinkError::Engine {
        interface: "the shared interfaces".to_owned(),
        component: String::new(),
        reason: format!("{reason:#}"),
    };
    wasi_p2::link_shared(linker).map_err(shared)?;
    wasi_http::link_types(linker).map_err(shared)?;
    for grant in &ledger.grants {
        // Grants without an instance are the shared interfaces; without a slot, types only.
        if let (false, Some(slot)) = (grant.instance.is_empty(), &grant.slot) {
            link_grant(linker, ledger, grant, slot, settings)?;
        }
    }
    Ok(())
}

fn link_grant(
    linker: &mut Linker<State>,
    ledger: &Ledger,
    grant: &Grant,
    slot: &str,
    settings: &Settings,
) -> Result<(), LinkError> {
    let interface = grant.interface.split('@').next().unwrap_or_default();
    let capability = grant.capability.as_deref().unwrap_or_default();
    let missing = || LinkError::Capability(capability.to_owned());
    let sight = || Sight::of(ledger, &grant.instance);
    let environment = || settings.environment(&grant.component);
    let linked = match interface {
        "wasi:config/store" => {
            let is_carrier = is_carrier(ledger, &grant.instance);
            let values = settings.config(&grant.component, grant.consumer.as_deref(), is_carrier);
            config_store::link(linker, slot, values)
        }
        ENDPOINT => {
            let endpoint = settings.endpoints.get(capability).ok_or_else(missing)?;
            grpc::link(linker, slot, endpoint.clone(), sight())
        }
        "wasi:http/outgoing-handler" => {
            let client = settings.http.get(capability).ok_or_else(missing)?;
            wasi_http::link_outgoing(linker, slot, client.clone(), sight())
        }
        "wasi:filesystem/preopens" => {
            let directories = settings.directories(capability);
            wasi_p2::link_preopens(linker, slot, directories)
        }
        "wasi:cli/environment" => wasi_p2::link_environment(linker, slot, environment()),
        "wasi:cli/exit" => wasi_p2::link_exit(linker, slot),
        "wasi:cli/stdin" | "wasi:cli/stdout" | "wasi:cli/stderr" => {
            wasi_p2::link_stdio(linker, slot, last_word(interface), environment())
        }
        "wasi:cli/terminal-stdin" | "wasi:cli/terminal-stdout" | "wasi:cli/terminal-stderr" => {
            wasi_p2::link_terminal(linker, slot, last_word(interface))
        }
        _ => {
            let (interface, component) = (grant.interface.clone(), grant.component.clone());
            return Err(LinkError::Unknown { interface, component });
        }
    };
    linked.map_err(|reason| LinkError::Engine {
        interface: grant.interface.clone(),
        component: grant.component.clone(),
        reason: format!("{reason:#}"),
    })
}

/// Whether others send their gRPC messages through this instance.
fn is_carrier(ledger: &Ledger, instance: &str) -> bool {
    let mut links = ledger.links.iter();
    links.any(|link| link.provider == instance && link.export.starts_with(ENDPOINT))
}

fn last_word(interface: &str) -> &str {
    interface.rsplit('/').next().unwrap_or_default()
}
