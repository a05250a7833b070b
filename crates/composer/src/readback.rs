//! The names of the root imports and exports of an encoded composition, read from its outermost
//! sections alone, so that it costs nothing beside encoding. Whether the bytes are valid is not
//! looked at.

use wasmparser::{
    BinaryReaderError, Chunk, ComponentAlias, ComponentExternalKind, ComponentOuterAliasKind,
    ComponentType, ComponentTypeRef, InstanceTypeDeclaration, Parser, Payload, TypeBounds,
};

/// Root imports, each with whether it brings more than types, and root exports.
#[derive(Default)]
pub(crate) struct Readback<'a> {
    pub(crate) imports: Vec<(&'a str, bool)>,
    pub(crate) exports: Vec<&'a str>,
    /// For each type of the root, whether an instance of it brings more than types.
    types: Vec<bool>,
}

pub(crate) fn read(bytes: &[u8]) -> Result<Readback<'_>, BinaryReaderError> {
    let mut readback = Readback::default();
    let mut parser = Parser::new(0);
    let mut rest = bytes;
    loop {
        // With the end of the input announced the parser never asks for more.
        let Chunk::Parsed { payload, consumed } = parser.parse(rest, true)? else { continue };
        rest = rest.get(consumed..).unwrap_or_default();
        match payload {
            Payload::ComponentSection { unchecked_range: range, .. }
            | Payload::ModuleSection { unchecked_range: range, .. } => {
                let length = usize::try_from(range.end.saturating_sub(range.start));
                rest = length.ok().and_then(|length| rest.get(length..)).unwrap_or_default();
            }
            Payload::End(_) => return Ok(readback),
            other => readback.section(other)?,
        }
    }
}

impl<'a> Readback<'a> {
    fn section(&mut self, payload: Payload<'a>) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::ComponentTypeSection(section) => {
                for ty in section {
                    self.types.push(instance_brings_more(&ty?));
                }
            }
            Payload::ComponentAliasSection(section) => {
                for alias in section {
                    if is_type(&alias?) {
                        self.types.push(false);
                    }
                }
            }
            Payload::ComponentImportSection(section) => {
                for import in section {
                    let import = import?;
                    self.imports.push((import.name.name, self.brings_more(import.ty)));
                    if matches!(import.ty, ComponentTypeRef::Type(_)) {
                        self.types.push(false);
                    }
                }
            }
            Payload::ComponentExportSection(section) => {
                for export in section {
                    let export = export?;
                    self.exports.push(export.name.name);
                    if export.kind == ComponentExternalKind::Type {
                        self.types.push(false);
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn brings_more(&self, ty: ComponentTypeRef) -> bool {
        match ty {
            ComponentTypeRef::Type(TypeBounds::Eq(_)) => false,
            ComponentTypeRef::Instance(index) => {
                let known = usize::try_from(index).ok().and_then(|index| self.types.get(index));
                known.copied().unwrap_or(true)
            }
            _ => true,
        }
    }
}

/// Types that are equal to known ones bring nothing; a new resource does, and so does all else.
fn instance_brings_more(ty: &ComponentType<'_>) -> bool {
    let ComponentType::Instance(declarations) = ty else { return true };
    declarations.iter().any(|declaration| match declaration {
        InstanceTypeDeclaration::Export { ty, .. } => {
            !matches!(ty, ComponentTypeRef::Type(TypeBounds::Eq(_)))
        }
        _ => false,
    })
}

fn is_type(alias: &ComponentAlias<'_>) -> bool {
    matches!(
        alias,
        ComponentAlias::InstanceExport { kind: ComponentExternalKind::Type, .. }
            | ComponentAlias::Outer { kind: ComponentOuterAliasKind::Type, .. }
    )
}
