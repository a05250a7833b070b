//! `wasi:cli` for one component: its environment variables, marked output, no input, no terminal.

use std::sync::Arc;

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource};
use wasmtime_wasi::I32Exit;
use wasmtime_wasi::p2::bindings::cli::terminal_input::TerminalInput;
use wasmtime_wasi::p2::bindings::cli::terminal_output::TerminalOutput;
use wasmtime_wasi::p2::pipe::ClosedInputStream;
use wasmtime_wasi_io::streams::{DynInputStream, DynOutputStream};

use super::stdio::{Lines, Style};
use crate::instances::State;

/// What a component sees of its process.
#[derive(Debug, Default)]
pub struct Environment {
    pub component: String,
    pub variables: Vec<(String, String)>,
    /// Of what it writes to its outputs.
    pub style: Style,
}

/// `wasi:cli/environment`: the variables of the manifest, no arguments, no directory.
pub fn link_environment(
    linker: &mut Linker<State>,
    slot: &str,
    environment: Arc<Environment>,
) -> wasmtime::Result<()> {
    let mut instance = linker.instance(slot)?;
    instance.func_wrap("get-environment", move |_: StoreContextMut<'_, State>, (): ()| {
        Ok((environment.variables.clone(),))
    })?;
    instance.func_wrap("get-arguments", |_: StoreContextMut<'_, State>, (): ()| {
        Ok((Vec::<String>::new(),))
    })?;
    instance.func_wrap("initial-cwd", |_: StoreContextMut<'_, State>, (): ()| Ok((None::<String>,)))
}

/// `wasi:cli/exit`: ends the invocation, never the node.
pub fn link_exit(linker: &mut Linker<State>, slot: &str) -> wasmtime::Result<()> {
    let mut instance = linker.instance(slot)?;
    instance.func_wrap("exit", |_: StoreContextMut<'_, State>, (status,): (Result<(), ()>,)| {
        Err::<(), _>(exit(i32::from(status.is_err())))
    })?;
    instance.func_wrap("exit-with-code", |_: StoreContextMut<'_, State>, (code,): (u8,)| {
        Err::<(), _>(exit(i32::from(code)))
    })
}

fn exit(status: i32) -> wasmtime::Error {
    wasmtime::Error::from(I32Exit(status))
}

/// `wasi:cli/stdin`, `stdout` or `stderr`.
pub fn link_stdio(
    linker: &mut Linker<State>,
    slot: &str,
    stream: &str,
    environment: Arc<Environment>,
) -> wasmtime::Result<()> {
    let mut instance = linker.instance(slot)?;
    if stream == "stdin" {
        return instance.func_wrap("get-stdin", |mut store: StoreContextMut<'_, State>, (): ()| {
            let stream: DynInputStream = Box::new(ClosedInputStream);
            Ok((store.data_mut().table.push(stream)?,))
        });
    }
    let label = if stream == "stdout" { "stdout" } else { "stderr" };
    let function = format!("get-{label}");
    instance.func_wrap(&function, move |mut store: StoreContextMut<'_, State>, (): ()| {
        let stream: DynOutputStream = Box::new(Lines::new(Arc::clone(&environment), label));
        Ok((store.data_mut().table.push(stream)?,))
    })
}

/// `wasi:cli/terminal-stdin`, `terminal-stdout` or `terminal-stderr`: there is none.
pub fn link_terminal(linker: &mut Linker<State>, slot: &str, stream: &str) -> wasmtime::Result<()> {
    let mut instance = linker.instance(slot)?;
    let function = format!("get-{stream}");
    if stream == "terminal-stdin" {
        return instance.func_wrap(&function, |_: StoreContextMut<'_, State>, (): ()| {
            Ok((None::<Resource<TerminalInput>>,))
        });
    }
    instance.func_wrap(&function, |_: StoreContextMut<'_, State>, (): ()| {
        Ok((None::<Resource<TerminalOutput>>,))
    })
}
