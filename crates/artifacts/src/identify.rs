//! Says what bytes are, above all when they are not a component. Walks the frame of the outermost
//! sections only: whether the content is valid is found out by whoever parses it.

use std::fmt;

use wasmparser::{BinaryReader, Parser};

const MAGIC: &[u8; 4] = b"\0asm";
/// Magic, version and layer.
const HEADER: usize = 8;
/// Highest section id of the component format: 12, values.
const LAST_SECTION: u8 = 12;
/// Enough of a file to tell text from anything else.
const SAMPLE: usize = 512;

/// What some bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A component, complete as far as the sizes of its sections say.
    Component,
    /// A core module.
    CoreModule,
    /// A component in the text format.
    ComponentText,
    /// A core module in the text format.
    ModuleText,
    /// No bytes at all.
    Empty,
    /// A component that ends in the middle of a section.
    Truncated { found: usize },
    /// A component with a section that no version of the format has.
    UnknownSection { id: u8, offset: usize },
    /// Wasm of a version or layer that is neither a core module nor a component.
    UnknownVersion { version: u16, layer: u16 },
    /// Something else; the text completes "is …".
    Other(&'static str),
}

/// What `bytes` are. Cheap: no more than one step per section.
pub fn identify(bytes: &[u8]) -> Kind {
    if bytes.is_empty() {
        Kind::Empty
    } else if Parser::is_component(bytes) {
        walk(bytes)
    } else if Parser::is_core_wasm(bytes) {
        Kind::CoreModule
    } else if bytes.starts_with(MAGIC) || MAGIC.starts_with(bytes) {
        version(bytes)
    } else {
        other(bytes)
    }
}

/// Steps over the sections: an id, a size, and that many bytes.
fn walk(bytes: &[u8]) -> Kind {
    let truncated = Kind::Truncated { found: bytes.len() };
    let mut reader = BinaryReader::new(bytes, 0);
    if reader.read_bytes(HEADER).is_err() {
        return truncated;
    }
    while !reader.eof() {
        let offset = usize::try_from(reader.original_position()).unwrap_or(usize::MAX);
        match reader.read_u8() {
            Ok(id) if id > LAST_SECTION => return Kind::UnknownSection { id, offset },
            Ok(_) => {}
            Err(_) => return truncated,
        }
        let skipped = reader.read_var_u32().and_then(|size| {
            let size = usize::try_from(size).unwrap_or(usize::MAX);
            reader.read_bytes(size)
        });
        if skipped.is_err() {
            return truncated;
        }
    }
    Kind::Component
}

fn version(bytes: &[u8]) -> Kind {
    match bytes {
        [_, _, _, _, v0, v1, l0, l1, ..] => Kind::UnknownVersion {
            version: u16::from_le_bytes([*v0, *v1]),
            layer: u16::from_le_bytes([*l0, *l1]),
        },
        _ => Kind::Truncated { found: bytes.len() },
    }
}

fn other(bytes: &[u8]) -> Kind {
    let known = [
        (b"\x7fELF".as_slice(), "an ELF file: a native program, or code compiled ahead of time"),
        (b"\x1f\x8b", "compressed with gzip"),
        (b"\x28\xb5\x2f\xfd", "compressed with zstd"),
        (b"PK\x03\x04", "a zip archive"),
        (b"version https://git-lfs", "a Git LFS pointer; the file itself was not checked out"),
        (b"\xff\xfe", "UTF-16 text"),
    ];
    if let Some((_, what)) = known.iter().find(|(start, _)| bytes.starts_with(start)) {
        return Kind::Other(what);
    }
    if bytes.get(257..262) == Some(b"ustar") {
        return Kind::Other("a tar archive");
    }
    match sample(bytes) {
        Some(text) => text_kind(text),
        None => Kind::Other("not WebAssembly"),
    }
}

/// The first piece of `bytes` if it reads as text.
fn sample(bytes: &[u8]) -> Option<&str> {
    let head = bytes.get(..SAMPLE).unwrap_or(bytes);
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The cut may have gone through a character.
        Err(e) if e.error_len().is_none() && head.len() == SAMPLE => {
            std::str::from_utf8(head.get(..e.valid_up_to())?).ok()?
        }
        Err(_) => return None,
    };
    let plain = |c: char| !c.is_control() || c.is_ascii_whitespace();
    text.chars().all(plain).then_some(text)
}

fn text_kind(text: &str) -> Kind {
    let text = text.trim_start_matches('\u{feff}');
    let code = text.lines().map(str::trim_start).find(|l| !l.is_empty() && !l.starts_with(";;"));
    let start: String = code.unwrap_or_default().chars().take(20).collect();
    let start = start.to_ascii_lowercase();
    if start.starts_with("(component") {
        Kind::ComponentText
    } else if start.starts_with("(module") {
        Kind::ModuleText
    } else if start.starts_with("<!doctype html") || start.starts_with("<html") {
        Kind::Other("a web page")
    } else {
        Kind::Other("text")
    }
}

impl Kind {
    /// Stable word for programs; `None` for a component.
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::Component => None,
            Self::CoreModule => Some("core-module"),
            Self::ComponentText | Self::ModuleText => Some("wasm-text"),
            Self::Empty => Some("empty-artifact"),
            Self::Truncated { .. } => Some("truncated-component"),
            Self::UnknownSection { .. } => Some("damaged-component"),
            Self::UnknownVersion { .. } | Self::Other(_) => Some("not-wasm"),
        }
    }

    /// What makes a component of it; `None` for a component.
    pub fn fix(&self) -> Option<&'static str> {
        match self {
            Self::Component => None,
            Self::CoreModule => Some("make it a component: wasm-tools component new FILE -o OUT"),
            Self::ComponentText => Some("encode it: wasm-tools parse FILE -o OUT"),
            Self::ModuleText => Some(
                "encode it, then make it a component: wasm-tools parse FILE -o OUT, \
                 wasm-tools component new OUT -o COMPONENT",
            ),
            Self::Empty => Some("build the component again; an interrupted build leaves this"),
            Self::Truncated { .. } => Some("copy or build it again; the copy was interrupted"),
            Self::UnknownSection { .. } => {
                Some("copy or build it again; transfer as text does such damage")
            }
            Self::UnknownVersion { .. } => Some("build it with tools of the present format"),
            Self::Other(_) => Some("point it at a WebAssembly component"),
        }
    }
}

/// Completes "is …".
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Component => f.write_str("a component"),
            Self::CoreModule => f.write_str("a core module, not a component"),
            Self::ComponentText => f.write_str("a component as text (wat), not as bytes"),
            Self::ModuleText => f.write_str("a core module as text (wat)"),
            Self::Empty => f.write_str("empty"),
            Self::Truncated { found } => {
                write!(f, "a component cut off after {found} bytes, in the middle of a section")
            }
            Self::UnknownSection { id, offset } => {
                write!(f, "a damaged component: unknown section {id} at byte {offset}")
            }
            Self::UnknownVersion { version, layer } => {
                write!(f, "WebAssembly of unknown version {version}, layer {layer}")
            }
            Self::Other(what) => f.write_str(what),
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

    fn check(bytes: impl AsRef<[u8]>, expect: Expect) {
        let kind = identify(bytes.as_ref());
        let code = kind.code().unwrap_or("-");
        expect.assert_eq(&format!("{code}: is {kind}; {}", kind.fix().unwrap_or("-")));
    }

    /// A component of custom sections, some of them large.
    fn component(sizes: &[u16]) -> Vec<u8> {
        let mut component = wasm_encoder::Component::new();
        for size in sizes {
            let data = vec![0; usize::from(*size)].into();
            component.section(&wasm_encoder::CustomSection { name: "x".into(), data });
        }
        component.finish()
    }

    #[test]
    fn wasm() {
        check(COMPONENT, expect!["-: is a component; -"]);
        check(
            b"\0asm\x01\0\0\0",
            expect![
                "core-module: is a core module, not a component; make it a component: wasm-tools component new FILE -o OUT"
            ],
        );
        check(
            b"",
            expect![
                "empty-artifact: is empty; build the component again; an interrupted build leaves this"
            ],
        );
        check(
            b"\0as",
            expect![
                "truncated-component: is a component cut off after 3 bytes, in the middle of a section; copy or build it again; the copy was interrupted"
            ],
        );
        check(
            b"\0asm\x0d\0",
            expect![
                "truncated-component: is a component cut off after 6 bytes, in the middle of a section; copy or build it again; the copy was interrupted"
            ],
        );
        check(
            b"\0asm\x0a\0\x01\0",
            expect![
                "not-wasm: is WebAssembly of unknown version 10, layer 1; build it with tools of the present format"
            ],
        );
        check(
            [COMPONENT, b"\x02\x80"].concat(),
            expect![
                "truncated-component: is a component cut off after 10 bytes, in the middle of a section; copy or build it again; the copy was interrupted"
            ],
        );
        check(
            [COMPONENT, b"\0\x01\0\x20\0"].concat(),
            expect![
                "damaged-component: is a damaged component: unknown section 32 at byte 11; copy or build it again; transfer as text does such damage"
            ],
        );
    }

    #[test]
    fn text() {
        check(
            "(component)",
            expect![
                "wasm-text: is a component as text (wat), not as bytes; encode it: wasm-tools parse FILE -o OUT"
            ],
        );
        check(
            " ;; one\n\n  (module $a)",
            expect![
                "wasm-text: is a core module as text (wat); encode it, then make it a component: wasm-tools parse FILE -o OUT, wasm-tools component new OUT -o COMPONENT"
            ],
        );
        check(
            "<!DOCTYPE html>\n<p>Sign in",
            expect!["not-wasm: is a web page; point it at a WebAssembly component"],
        );
        check(
            "version https://git-lfs.github.com/spec/v1\noid sha256:…",
            expect![
                "not-wasm: is a Git LFS pointer; the file itself was not checked out; point it at a WebAssembly component"
            ],
        );
        check("apiVersion: v1", expect!["not-wasm: is text; point it at a WebAssembly component"]);
        check("é".repeat(400), expect!["not-wasm: is text; point it at a WebAssembly component"]);
        check(
            ["a", &"é".repeat(400)].concat(),
            expect!["not-wasm: is text; point it at a WebAssembly component"],
        );
    }

    #[test]
    fn binary() {
        check(
            b"\x7fELF\x02\x01",
            expect![
                "not-wasm: is an ELF file: a native program, or code compiled ahead of time; point it at a WebAssembly component"
            ],
        );
        check(
            b"\x1f\x8b\x08",
            expect!["not-wasm: is compressed with gzip; point it at a WebAssembly component"],
        );
        check(
            b"\x01\x02\x03",
            expect!["not-wasm: is not WebAssembly; point it at a WebAssembly component"],
        );
    }

    proptest! {
        #[test]
        fn anything_is_something(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let header = [COMPONENT, &bytes].concat();
            prop_assert_ne!(identify(&bytes), Kind::Component);
            prop_assert!(!matches!(identify(&header), Kind::Empty | Kind::CoreModule));
        }

        /// Every cut that is not between two sections is seen.
        #[test]
        fn cuts_are_seen(sizes in proptest::collection::vec(1u16..400, 1..5), cut: prop::sample::Index) {
            let whole = component(&sizes);
            prop_assert_eq!(identify(&whole), Kind::Component);
            let mut borders = vec![HEADER];
            for n in 1..=sizes.len() {
                borders.push(component(&sizes[..n]).len());
            }
            let cut = 1 + cut.index(whole.len() - 1);
            let expect = match borders.contains(&cut) {
                true => Kind::Component,
                false => Kind::Truncated { found: cut },
            };
            prop_assert_eq!(identify(&whole[..cut]), expect);
        }
    }
}
