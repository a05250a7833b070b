//! Components shipped inside the binary. Which source they were built from is not known here.

const BUILTINS: [(&str, &[u8]); 3] = [
    ("hello-log", include_bytes!("../../../target/components/hello-log.wasm")),
    ("otel-to-grpc", include_bytes!("../../../target/components/otel-to-grpc.wasm")),
    ("grpc-to-http", include_bytes!("../../../target/components/grpc-to-http.wasm")),
];

/// The bytes of the built-in component `name`.
pub fn builtin(name: &str) -> Option<&'static [u8]> {
    BUILTINS.iter().find(|(known, _)| *known == name).map(|(_, bytes)| *bytes)
}

/// The names that [`builtin`] knows.
pub fn builtin_names() -> impl Iterator<Item = &'static str> {
    BUILTINS.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kind, identify};

    #[test]
    fn every_builtin_is_a_component() {
        for name in builtin_names() {
            assert_eq!(identify(builtin(name).unwrap()), Kind::Component, "{name}");
        }
        assert_eq!(builtin("hello"), None);
    }

    #[test]
    fn the_manifest_accepts_the_same_names() {
        assert!(builtin_names().eq(graph::BUILTINS));
    }
}
