//! The files of each case that cannot lie in the repository.

use std::fs::{self, File};
use std::path::Path;

use wasm_encoder::{Component, CustomSection, Module};

/// A component with nothing but a note in it.
pub(crate) fn component() -> Vec<u8> {
    let mut component = Component::new();
    component.section(&CustomSection { name: "note".into(), data: vec![7; 100].into() });
    component.finish()
}

/// Puts the files of `case` into `dir`.
pub(crate) fn make(case: &str, dir: &Path) {
    let write = |name: &str, bytes: &[u8]| {
        let path = dir.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    let component = component();
    match case {
        "three-at-once" => write("core.wasm", &Module::new().finish()),
        "file-missing-similar" => write("guest.wasm", &component),
        "file-missing-other" => {
            for name in ["b.wasm", "a.wasm", "notes.txt"] {
                write(name, &component);
            }
        }
        "file-directory" => fs::create_dir(dir.join("guest.wasm")).unwrap(),
        "file-special" => make_special(&dir.join("guest.wasm")),
        "file-unreadable" => write("guest.wasm", &component),
        "sparse-1gib" => File::create(dir.join("guest.wasm")).unwrap().set_len(1 << 30).unwrap(),
        "core-module" => write("guest.wasm", &Module::new().finish()),
        "component-text" => write("guest.wat", b"(component)\n"),
        "module-text" => write("guest.wat", b"(module)\n"),
        "text" => write("guest.wasm", b"hello\n"),
        "empty" => write("guest.wasm", b""),
        "truncated" => write("guest.wasm", &component[..60]),
        "truncated-header" => write("guest.wasm", &component[..5]),
        "damaged" => write("guest.wasm", &[&component[..], b"\r\n"].concat()),
        "config-map" | "config-map-key-missing" => write("maps/wasm/guest", &component),
        "substitute" => write("other.wasm", &component),
        name if name.starts_with("file") || name.starts_with("digest") => {
            write("guest.wasm", &component);
        }
        _ => {}
    }
}

#[cfg(unix)]
fn make_special(path: &Path) {
    drop(std::os::unix::net::UnixListener::bind(path).unwrap());
}
