//! Limits and directories that the node cannot give: said before anything runs.

use expect_test::expect;

use crate::support::Graph;

const TOO_MUCH: &str = "limits: {memory: 2Gi, concurrency: 100000}
components: [{name: counter, file: counter.wasm}]
capabilities:
  - name: files
    type: wasi:filesystem
    wasiFilesystem: {preopens: [{host: ., guest: /a}, {host: data, guest: /b}, {host: graph.yaml, guest: /c}]}";

#[tokio::test]
async fn what_the_node_cannot_give() {
    let graph = Graph::new(TOO_MUCH).with_fixture("counter");
    let laptop = graph.run(&["check", "graph.yaml"]).await.expect(1).shown();
    let laptop = laptop.lines().filter(|line| !line.contains(" | ")).collect::<Vec<_>>().join("\n");
    expect![[r#"
        exit 1
        --- stderr
        error[limit-too-high]: the memories of the graph hold no more than 1Gi together
         --> graph.yaml:5:20
          |
          |
          = field: spec.limits.memory
          = expected: at most 1Gi, 1Gi for each component
          = found: 2Gi
          = fix: lower it

        error[limit-too-high]: a process has no room for 100000 invocations at the same time
         --> graph.yaml:5:38
          |
          |
          = field: spec.limits.concurrency
          = expected: at most 24000
          = found: 100000
          = fix: lower it, and raise the number of replicas or processes if you need more

        error[directory-missing]: capability "files" opens ./data, which is no directory here
          --> graph.yaml:10:64
           |
           |
           = field: spec.capabilities[0].wasiFilesystem.preopens[1].host
           = expected: a directory, relative to the manifest
           = found: nothing there
           = fix: create the directory, or correct the path

        error[directory-missing]: capability "files" opens ./graph.yaml, which is no directory here
          --> graph.yaml:10:89
           |
           |
           = field: spec.capabilities[0].wasiFilesystem.preopens[2].host
           = expected: a directory, relative to the manifest
           = found: something else
           = fix: create the directory, or correct the path"#]]
    .assert_eq(&laptop);
    // Directories of another machine cannot be looked at.
    let graph = Graph::new(&TOO_MUCH.replace("file: counter.wasm", "builtin: hello-log"));
    let cluster = graph.run(&["check", "graph.yaml", "--target", "cluster"]).await.expect(1);
    assert!(!cluster.stderr.contains("directory-missing"), "{cluster}");
    cluster.says("limit-too-high");

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
