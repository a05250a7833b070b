//! What one artifact imports and exports, read once with wac. Shapes that cannot be composed are
//! refused here, before wac builds anything from them. Knows nothing of the graph.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use thiserror::Error;
use wac_graph::types::{FuncTypeId, InterfaceId, ItemKind, Package, ResourceId, Type, Types};
use wac_graph::{CompositionGraph, PackageId};

use crate::artifact::Artifact;
use crate::guard;
use crate::reach::Reach;

/// Why an artifact has no shape.
#[derive(Debug, Error)]
pub(crate) enum ShapeError {
    #[error("is not a WebAssembly component ({0})")]
    NotAComponent(&'static str),
    #[error("cannot be read as a component: {0}")]
    Unreadable(String),
    #[error("cannot be composed: {}", .0.join("; "))]
    Unsupported(Vec<String>),
}

/// The outside of a component.
pub(crate) struct Shape {
    pub(crate) package: PackageId,
    pub(crate) digest: String,
    pub(crate) imports: Vec<Item>,
    /// Everything exported that can be linked or called.
    pub(crate) exports: Vec<Item>,
    /// Resources that come from an import, each with the first import that mentions it.
    pub(crate) imported_resources: HashMap<ResourceId, (String, String)>,
}

impl Shape {
    pub(crate) fn import(&self, name: &str) -> Option<&Item> {
        self.imports.iter().find(|item| item.name == name)
    }

    pub(crate) fn export(&self, name: &str) -> Option<&Item> {
        self.exports.iter().find(|item| item.name == name)
    }
}

/// One import or export.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Interface {
        id: InterfaceId,
        functions: bool,
        resources: bool,
    },
    Function(FuncTypeId),
    /// A value type outside of an interface.
    Type(Type),
}

impl Item {
    pub(crate) fn item_kind(&self) -> ItemKind {
        match self.kind {
            Kind::Interface { id, .. } => ItemKind::Instance(id),
            Kind::Function(id) => ItemKind::Func(id),
            Kind::Type(ty) => ItemKind::Type(ty),
        }
    }

    pub(crate) fn interface(&self) -> Option<InterfaceId> {
        match self.kind {
            Kind::Interface { id, .. } => Some(id),
            Kind::Function(_) | Kind::Type(_) => None,
        }
    }

    /// Neither functions nor resources, as encoded.
    pub(crate) fn types_only(&self) -> bool {
        matches!(
            self.kind,
            Kind::Type(_) | Kind::Interface { functions: false, resources: false, .. }
        )
    }

    pub(crate) fn callable(&self) -> bool {
        matches!(self.kind, Kind::Function(_) | Kind::Interface { functions: true, .. })
    }
}

/// Reads an artifact into `composition`, where its types stay.
pub(crate) fn read(
    composition: &mut CompositionGraph,
    artifact: &Artifact,
) -> Result<Shape, ShapeError> {
    if let Some(found) = guard::refusal(&artifact.bytes) {
        return Err(ShapeError::NotAComponent(found));
    }
    // wac and the validator below it are given bytes from anywhere; a panic there must not end
    // the process. A half-converted type is left in the arena and never referred to.
    let loaded = catch_unwind(AssertUnwindSafe(|| {
        let bytes = artifact.bytes.to_vec();
        Package::from_bytes(&artifact.digest, None, bytes, composition.types_mut())
    }));
    let package = match loaded {
        Ok(Ok(package)) => package,
        Ok(Err(error)) => return Err(ShapeError::Unreadable(error.root_cause().to_string())),
        Err(_) => return Err(ShapeError::Unreadable("it uses a shape that is not known".into())),
    };
    let world = package.ty();
    let package = composition
        .register_package(package)
        .map_err(|error| ShapeError::Unreadable(error.to_string()))?;
    shape(composition.types(), world, package, &artifact.digest)
}

fn shape(
    types: &Types,
    world: wac_graph::types::WorldId,
    package: PackageId,
    digest: &str,
) -> Result<Shape, ShapeError> {
    let world = &types[world];
    let mut reach = Reach::new(types);
    let mut refused = Vec::new();
    let mut imports = Vec::new();
    let mut imported_resources = HashMap::new();
    for (name, kind) in &world.imports {
        match supported(types, &mut reach, *kind) {
            Ok(kind) => imports.push(Item { name: name.clone(), kind }),
            Err(what) => refused.push(format!("it imports {what} `{name}`")),
        }
        for (resource, id) in resources(types, *kind) {
            let origin = || (name.clone(), resource.clone());
            imported_resources.entry(types.resolve_resource(id)).or_insert_with(origin);
        }
    }
    // Exports that cannot be linked do no harm: nobody is given them.
    let export = |(name, kind): (&String, &ItemKind)| {
        let kind = supported(types, &mut reach, *kind).ok()?;
        Some(Item { name: name.clone(), kind })
    };
    let exports = world.exports.iter().filter_map(export).collect();
    if !refused.is_empty() {
        return Err(ShapeError::Unsupported(refused));
    }
    Ok(Shape { package, digest: digest.to_owned(), imports, exports, imported_resources })
}

fn supported(types: &Types, reach: &mut Reach<'_>, kind: ItemKind) -> Result<Kind, &'static str> {
    match kind {
        ItemKind::Instance(id) => interface(types, id),
        // wac would panic when it encodes such a function outside of an interface.
        ItemKind::Func(id) if reach.function_has_resource(id) => {
            Err("a function outside of an interface that uses a resource,")
        }
        ItemKind::Func(id) => Ok(Kind::Function(id)),
        ItemKind::Component(_) => Err("a component"),
        ItemKind::Module(_) => Err("a core module"),
        ItemKind::Value(_) => Err("a value"),
        ItemKind::Type(ty @ Type::Value(value)) if !reach.value_has_resource(value) => {
            Ok(Kind::Type(ty))
        }
        ItemKind::Type(_) => Err("a resource outside of an interface,"),
    }
}

fn interface(types: &Types, id: InterfaceId) -> Result<Kind, &'static str> {
    let (mut functions, mut has_resources) = (false, false);
    for kind in types[id].exports.values() {
        match kind {
            ItemKind::Func(_) => functions = true,
            ItemKind::Type(Type::Resource(_)) => has_resources = true,
            ItemKind::Type(Type::Value(_)) => {}
            _ => return Err("an instance with more than functions and types,"),
        }
    }
    Ok(Kind::Interface { id, functions, resources: has_resources })
}

/// The resources that an item of instance kind exports.
pub(crate) fn resources(
    types: &Types,
    kind: ItemKind,
) -> impl Iterator<Item = (&String, ResourceId)> {
    let exports = match kind {
        ItemKind::Instance(id) => Some(&types[id].exports),
        _ => None,
    };
    exports.into_iter().flatten().filter_map(|(name, kind)| match kind {
        ItemKind::Type(Type::Resource(id)) => Some((name, *id)),
        _ => None,
    })
}
