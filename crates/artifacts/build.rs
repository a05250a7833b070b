//! Refuses to build this room without the built-in components, and says how to make them. It does
//! not build them: that needs a wasm compiler, which `cargo xtask wasm` finds.

use std::path::Path;

/// The folder that `src/builtin.rs` includes from.
const FOLDER: &str = "../../target/components";
const FILES: [&str; 3] = ["hello-log.wasm", "otel-to-grpc.wasm", "grpc-to-http.wasm"];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let mut missing = Vec::new();
    for file in FILES {
        println!("cargo::rerun-if-changed={FOLDER}/{file}");
        if !Path::new(FOLDER).join(file).is_file() {
            missing.push(file);
        }
    }
    if !missing.is_empty() {
        let missing = missing.join(", ");
        println!(
            "cargo::error=built-in components are not built: {missing}; run: cargo xtask wasm"
        );
    }
}
