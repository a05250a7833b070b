//! The program: words of the command line in, exit code out. Everything else is in the library.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Short-lived stores make many small allocations; this allocator is worth several microseconds
/// an invocation.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    runtime_node::cli::main()
}
