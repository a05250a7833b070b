//! What must be known about bytes before the validator may see them. It reads type declarations
//! inside type declarations by recursion without a bound, and running out of stack cannot be
//! caught. A panic can, and is caught where the validator and wac are called.

use wasmparser::{Chunk, Parser, Payload};

/// More nested declarations than any component has; fewer than the smallest stack holds.
const MOST_NESTED: usize = 500;

/// Why bytes are not even looked at, if so.
pub(crate) fn refusal(bytes: &[u8]) -> Option<&'static str> {
    if !Parser::is_component(bytes) {
        return Some(if bytes.is_empty() {
            "it is empty"
        } else if Parser::is_core_wasm(bytes) {
            "it is a core module"
        } else {
            "it does not start with the component header"
        });
    }
    nested_deeply(bytes).then_some("its types are nested too deep")
}

/// Looks at type sections of all nested components and at no module. What cannot be parsed is left
/// to the validator, which says where and why.
fn nested_deeply(bytes: &[u8]) -> bool {
    let mut parser = Parser::new(0);
    let mut outer = Vec::new();
    let mut rest = bytes;
    loop {
        let Ok(Chunk::Parsed { payload, consumed }) = parser.parse(rest, true) else {
            return false;
        };
        rest = rest.get(consumed..).unwrap_or_default();
        match payload {
            Payload::ModuleSection { unchecked_range: range, .. } => {
                let length = usize::try_from(range.end.saturating_sub(range.start));
                rest = length.ok().and_then(|length| rest.get(length..)).unwrap_or_default();
            }
            Payload::ComponentSection { parser: inner, .. } => {
                outer.push(std::mem::replace(&mut parser, inner));
            }
            Payload::ComponentTypeSection(section) => {
                let range = section.range();
                let range = usize::try_from(range.start).ok().zip(usize::try_from(range.end).ok());
                let section = range.and_then(|(start, end)| bytes.get(start..end));
                if nested(section.unwrap_or_default()) > MOST_NESTED {
                    return true;
                }
            }
            Payload::End(_) => match outer.pop() {
                Some(parent) => parser = parent,
                None => return false,
            },
            _ => {}
        }
    }
}

/// An upper bound of the depth: a declaration that is a type (`0x01`), and that type one of those
/// that hold declarations (`0x41`, `0x42`).
fn nested(section: &[u8]) -> usize {
    section.windows(2).filter(|pair| matches!(pair, [0x01, 0x41 | 0x42])).count()
}
