//! `wasi:config/store`: each component reads its own values, supplied by the host when it runs and
//! never part of any artifact. It does not know where the values came from.

use std::collections::BTreeMap;
use std::sync::Arc;

use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Linker, Lower};

use crate::instances::State;

/// The variant `error` of the interface. Values are in memory, so it is never returned.
#[derive(ComponentType, Lower)]
#[component(variant)]
enum StoreError {
    #[component(name = "upstream")]
    #[expect(dead_code, reason = "the type is part of the interface")]
    Upstream(String),
    #[component(name = "io")]
    #[expect(dead_code, reason = "the type is part of the interface")]
    Io(String),
}

/// Lowered from where they are: every instance asks for them, and none may keep them.
type Values = Arc<[(Arc<str>, Arc<str>)]>;

/// Defines the slot so that it answers from `values`.
pub fn link(
    linker: &mut Linker<State>,
    slot: &str,
    values: Arc<BTreeMap<String, String>>,
) -> wasmtime::Result<()> {
    let mut instance = linker.instance(slot)?;
    let all: Values = values.iter().map(|(k, v)| (k.as_str().into(), v.as_str().into())).collect();
    instance.func_wrap("get", move |_: StoreContextMut<'_, State>, (key,): (String,)| {
        Ok((Ok::<Option<String>, StoreError>(values.get(&key).cloned()),))
    })?;
    instance.func_wrap("get-all", move |_: StoreContextMut<'_, State>, (): ()| {
        Ok((Ok::<Values, StoreError>(Arc::clone(&all)),))
    })
}
