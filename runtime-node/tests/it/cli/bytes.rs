//! Files that are no component: what `check` and `inspect` say of them.

use std::time::{Duration, Instant};

use expect_test::{expect, expect_file};

use crate::support::{Graph, fixture};

const GIB: u64 = 1 << 30;

fn cases() -> Vec<(&'static str, Vec<u8>)> {
    let component = std::fs::read(fixture("counter")).expect("component");
    let half = component.len() / 2;
    vec![
        ("core-module.wasm", b"\0asm\x01\0\0\0".to_vec()),
        ("component-text.wat", b"(component)".to_vec()),
        ("module-text.wat", b"(module)".to_vec()),
        ("text.wasm", b"a letter, not a program\n".to_vec()),
        ("empty.wasm", Vec::new()),
        ("header.wasm", component[..4].to_vec()),
        ("half.wasm", component[..half].to_vec()),
        ("picture.wasm", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec()),
        ("future.wasm", b"\0asm\x7f\0\x01\0".to_vec()),
    ]
}

#[tokio::test]
async fn what_the_bytes_are_is_said() {
    let mut text = String::new();
    let size = std::fs::metadata(fixture("counter")).expect("component").len() / 2;
    for (name, bytes) in cases() {
        let spec = format!("components:\n  - {{name: guest, file: {name}}}");
        let graph = Graph::new(&spec).with_file(name, bytes);
        let checked = graph.run(&["check", "graph.yaml"]).await.expect(1);
        let inspected = graph.run(&["inspect", name]).await.expect(1);
        assert_eq!((checked.stdout.as_str(), inspected.stdout.as_str()), ("", ""), "{name}");
        text += &format!("## {name}\n{}\n{}\n", checked.stderr, inspected.stderr);
    }
    let text = text.replace(&format!(" {size} bytes"), " N bytes");
    expect_file!["bytes.expect"].assert_eq(&text);
}

/// A hole in a file is read as zeros, so reading it would take a gibibyte of memory.
#[tokio::test]
async fn a_file_that_is_too_large_is_not_read() {
    let graph = Graph::new("components:\n  - {name: guest, file: huge.wasm}");
    let file = std::fs::File::create(graph.path("huge.wasm")).expect("create");
    file.set_len(GIB).expect("sparse");
    let begun = Instant::now();
    let checked = graph.run(&["check", "graph.yaml"]).await.expect(1);
    let inspected = graph.run(&["inspect", "huge.wasm"]).await.expect(1);
    // Reading a gibibyte twice takes longer than that on the fastest of machines.
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    expect![[r#"
        exit 1
        --- stderr
        error[artifact-too-large]: component `guest`: file `huge.wasm` is too large
         --> graph.yaml:6:27
          |
        6 |     - {name: guest, file: huge.wasm}
          |                           ^^^^^^^^^
          |
          = field: spec.components[0].file
          = expected: at most 64 MiB
          = found: 1 GiB
          = fix: is it the right file? Otherwise build it smaller: optimised, without debug info
        exit 1
        --- stderr
        error: huge.wasm: it has 1073741824 bytes; expected a component of at most 67108864
    "#]]
    .assert_eq(&[checked.shown(), inspected.shown()].concat());
}

#[tokio::test]
async fn paths_that_are_no_file() {
    let graph = Graph::new(
        "components:\n  - {name: guest, file: folder}\n  - {name: other, file: countre.wasm}",
    )
    .with_file("folder/a", "")
    .with_fixture("counter");
    let checked = graph.run(&["check", "graph.yaml"]).await.expect(1);
    let folder = graph.run(&["inspect", "folder"]).await.expect(1);
    let missing = graph.run(&["inspect", "countre.wasm"]).await.expect(1);
    expect![[r#"
        exit 1
        --- stderr
        error[file-directory]: component `guest`: file `folder` is a directory, not a file
         --> graph.yaml:6:27
          |
        6 |     - {name: guest, file: folder}
          |                           ^^^^^^
          |
          = field: spec.components[0].file
          = fix: name a file in it

        error[file-missing]: component `other`: file `countre.wasm` does not exist
         --> graph.yaml:7:27
          |
        7 |     - {name: other, file: countre.wasm}
          |                           ^^^^^^^^^^^^
          |
          = field: spec.components[1].file
          = found: nothing at `./countre.wasm`
          = fix: did you mean `counter.wasm`?
        exit 1
        --- stderr
        error: folder: it is a directory, not a file
        exit 1
        --- stderr
        error: countre.wasm: No such file or directory (os error 2)
    "#]]
    .assert_eq(&[checked.shown(), folder.shown(), missing.shown()].concat());
}

/// Nobody writes into the pipe, so opening it would take for ever.
#[tokio::test]
async fn a_pipe_is_not_opened() {
    let graph = Graph::of_text("");
    let made = std::process::Command::new("mkfifo").arg(graph.path("pipe")).status();
    assert!(made.expect("mkfifo").success());
    let done = graph.run(&["inspect", "pipe"]).await.expect(1);
    assert_eq!(done.stderr, "error: pipe: it is a pipe, socket or device, not a file\n");
}
