//! Directories and limits that the node cannot give: said before anything runs.

use expect_test::expect;

use crate::support::Graph;

const DIRECTORIES: &str = "components: [{name: counter, file: counter.wasm}]
capabilities:
  - name: files
    type: wasi:filesystem
    wasiFilesystem: {preopens: [{host: ., guest: /a}, {host: data, guest: /b}, {host: graph.yaml, guest: /c}]}";

#[tokio::test]
async fn what_the_node_cannot_give() {
    let graph = Graph::new(DIRECTORIES).with_fixture("counter");
    let laptop = graph.run(&["check", "graph.yaml"]).await.expect(1).shown();
    let laptop = laptop.lines().filter(|line| !line.contains(" | ")).collect::<Vec<_>>().join("\n");
    expect![[r#"
        exit 1
        --- stderr
        error[directory-missing]: capability "files" opens ./data, which is no directory here
         --> graph.yaml:9:64
          |
          |
          = field: spec.capabilities[0].wasiFilesystem.preopens[1].host
          = expected: a directory, relative to the manifest
          = found: nothing there
          = fix: create the directory, or correct the path

        error[directory-missing]: capability "files" opens ./graph.yaml, which is no directory here
         --> graph.yaml:9:89
          |
          |
          = field: spec.capabilities[0].wasiFilesystem.preopens[2].host
          = expected: a directory, relative to the manifest
          = found: something else
          = fix: create the directory, or correct the path"#]]
    .assert_eq(&laptop);
    // Directories of another machine cannot be looked at.
    let graph = Graph::new(&DIRECTORIES.replace("file: counter.wasm", "builtin: hello-log"));
    let cluster = graph.run(&["check", "graph.yaml", "--target", "cluster"]).await.expect(1);
    assert!(!cluster.stderr.contains("directory-missing"), "{cluster}");
    cluster.says("unsatisfied-import");
}

#[tokio::test]
async fn more_invocations_than_there_is_room_for() {
    let invoke = ["counter", "increment", "--concurrency", "100000"];
    let done = Graph::of_fixture("counter").invoke(&invoke).await.expect(1);
    done.says("error[limit-too-high]");
    done.says("field: --concurrency");
}

/// What passes the check can be started.
#[tokio::test]
async fn the_highest_limits() {
    let limits = "limits: {memory: 1Gi, concurrency: 24000}";
    let graph = Graph::new(&format!(
        "{limits}\ncomponents: [{{name: counter, file: FIXTURES/counter.wasm}}]"
    ));
    assert_eq!(graph.invoke(&["counter", "increment"]).await.expect(0).json(), 1);
    let limits = "limits: {memory: 4Gi, concurrency: 16384}";
    let four = ["a", "b", "c", "d"];
    let four = four.map(|name| format!("\n  - {{name: {name}, file: FIXTURES/counter.wasm}}"));
    let graph = Graph::new(&format!("{limits}\ncomponents:{}", four.concat()));
    assert_eq!(graph.invoke(&["d", "increment"]).await.expect(0).json(), 1);
}
