//! The work of `cargo xtask bench compose`: composes chains of components of a given size and
//! prints one line of JSON for each chain. It only measures.
//!
//! Usage: `compose_speed ROUNDS LENGTHxKIBIBYTES…`, for example `compose_speed 20 8x500 64x1`

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write;
use std::time::Instant;

use composer::{Artifact, plan};
use graph::ComponentGraph;
use mimalloc::MiMalloc;
use wasm_encoder::{
    CodeSection, ComponentSection, Function, FunctionSection, Module, ModuleSection, TypeSection,
    ValType,
};
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{ManglingAndAbi, Resolve};

/// The allocator of the runtime node.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let mut args = std::env::args().skip(1);
    let rounds: usize =
        args.next().ok_or("usage: compose_speed ROUNDS LENGTHxKIBIBYTES…")?.parse()?;
    for size in args {
        let (length, kibibytes) = size.split_once('x').ok_or("LENGTHxKIBIBYTES")?;
        let (length, kibibytes) = (length.parse()?, kibibytes.parse()?);
        let nanoseconds = measure(length, kibibytes, rounds)?;
        let line = serde_json::json!({
            "components": length, "kibibytes": kibibytes, "nanoseconds": nanoseconds,
        });
        println!("{line}");
    }
    Ok(())
}

fn measure(length: usize, kibibytes: usize, rounds: usize) -> Outcome<Vec<u64>> {
    let (graph, artifacts) = chain(length, kibibytes << 10)?;
    let mut times = Vec::new();
    // The first round warms up.
    for _ in 0..=rounds {
        let begun = Instant::now();
        let plan = plan(&graph, &artifacts).map_err(|problems| format!("{problems:?}"))?;
        let composition = plan.compose().map_err(|problems| format!("{problems:?}"))?;
        times.push(u64::try_from(begun.elapsed().as_nanos())?);
        if composition.ledger.instances.len() != length {
            return Err(format!("{} of {length}", composition.ledger.instances.len()).into());
        }
    }
    times.remove(0);
    Ok(times)
}

/// Components that each import an interface of the next.
fn chain(length: usize, size: usize) -> Outcome<(ComponentGraph, BTreeMap<String, Artifact>)> {
    let mut manifest = String::from(
        "apiVersion: componentgraph.dev/v1alpha1\nkind: ComponentGraph\nmetadata: {name: chain}\n\
         spec:\n  components:\n",
    );
    let mut artifacts = BTreeMap::new();
    for i in 0..length {
        let next = (i + 1 < length).then_some(i + 1);
        let imports = next.map(|next| format!("c{next}")).unwrap_or_default();
        writeln!(manifest, "    - {{name: c{i}, file: c.wasm, imports: [{imports}]}}")?;
        let bytes = padded(component(i, next)?, size, u32::try_from(i)?);
        artifacts.insert(format!("c{i}"), Artifact::new(bytes));
    }
    Ok((serde_yaml::from_str(&manifest)?, artifacts))
}

fn component(own: usize, next: Option<usize>) -> Outcome<Vec<u8>> {
    let interface =
        |i| format!("package a:p{i} {{ interface i {{ f: func(x: string) -> string; }} }}\n");
    let import = next.map(|next| format!("import a:p{next}/i;")).unwrap_or_default();
    let source = format!(
        "package a:root;\n{}{}world root {{ {import} export a:p{own}/i; }}\n",
        interface(own),
        next.map(interface).unwrap_or_default()
    );
    let mut resolve = Resolve::default();
    let package = resolve.push_str("chain.wit", &source)?;
    let world = resolve.select_world(&[package], Some("root"))?;
    let mut module = dummy_module(&resolve, world, ManglingAndAbi::Standard32);
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)?;
    Ok(ComponentEncoder::default().module(&module)?.encode()?)
}

/// Brings a component to about `size` bytes with a module of code, different for each `seed`.
fn padded(mut bytes: Vec<u8>, size: usize, seed: u32) -> Vec<u8> {
    let (mut types, mut functions, mut codes) =
        (TypeSection::new(), FunctionSection::new(), CodeSection::new());
    types.ty().function([ValType::I32], [ValType::I32]);
    while bytes.len() + codes.byte_len() < size {
        functions.function(0);
        codes.function(&body(seed ^ functions.len()));
    }
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&codes);
    ModuleSection(&module).append_to_component(&mut bytes);
    bytes
}

/// About 300 bytes of arithmetic, as long as a function of a real component.
fn body(seed: u32) -> Function {
    let mut function = Function::new([]);
    let mut code = function.instructions();
    code.local_get(0);
    for i in 0..64 {
        code.i32_const((seed.wrapping_mul(31).wrapping_add(i) & 0xfff).cast_signed()).i32_add();
    }
    code.end();
    function
}
