//! An exported function that can be invoked: its place in the composition and its types. It does
//! not know how names were resolved nor how values are written.

use wasmtime::component::{Component, ComponentExportIndex, Type, types::ComponentItem};

/// One function of one component of the graph.
#[derive(Clone, Debug)]
pub struct Callable {
    pub component: String,
    /// Full interface name; `None` for a world-level function.
    pub interface: Option<String>,
    pub function: String,
    pub params: Vec<(String, Type)>,
    pub result: Option<Type>,
    pub(super) index: ComponentExportIndex,
}

impl Callable {
    /// Looks the function up by its slot in the ledger; `None` when the composition lacks it.
    pub(super) fn find(
        component: &Component,
        export: &composer::Export,
        function: &str,
    ) -> Option<Self> {
        let (item, index) = lookup(component, export, function)?;
        let ComponentItem::ComponentFunc(ty) = item else { return None };
        Some(Self {
            component: export.component.clone(),
            interface: export.interface.clone(),
            function: function.to_owned(),
            params: ty.params().map(|(name, ty)| (name.to_owned(), ty)).collect(),
            result: ty.results().next(),
            index,
        })
    }
}

pub(super) fn lookup(
    component: &Component,
    export: &composer::Export,
    function: &str,
) -> Option<(ComponentItem, ComponentExportIndex)> {
    if export.interface.is_none() {
        return component.get_export(None, &export.slot);
    }
    let instance = component.get_export_index(None, &export.slot)?;
    component.get_export(Some(&instance), function)
}
