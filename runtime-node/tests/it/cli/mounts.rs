//! `--secrets-dir` and `--config-maps-dir`: objects as directories, the form of a mounted volume.

use expect_test::expect;
use serde_json::json;

use crate::support::{Done, Graph};

const DIRECTORIES: [&str; 4] = ["--secrets-dir", "secrets", "--config-maps-dir", "maps"];

fn graph() -> Graph {
    Graph::new(
        "components:
  - name: probe
    file: env-probe.wasm
    imports: [wasip2]
    config: {level: own}
    configFrom:
      - {configMapRef: {name: settings}}
      - {key: token, secretKeyRef: {name: keys, key: api-token}}
capabilities:
  - {name: wasip2, type: wasi:p2}",
    )
    .with_fixture("env-probe")
}

async fn check(graph: &Graph, directories: &[&str]) -> Done {
    graph.run(&[&["check", "graph.yaml"], directories].concat()).await
}

#[tokio::test]
async fn values_reach_the_component() {
    let graph = graph()
        .with_file("maps/settings/mode", "fast\n")
        .with_file("maps/settings/level", "of the map")
        .with_file("secrets/keys/api-token", "grüße")
        .with_file("secrets/keys/other", "not named");
    check(&graph, &DIRECTORIES).await.expect(0);
    let get = async |key: &str| {
        let call = [&DIRECTORIES[..], &["probe", "get", key]].concat();
        graph.invoke(&call).await.expect(0).json()
    };
    assert_eq!(get("token").await, "grüße");
    assert_eq!(get("mode").await, "fast\n");
    assert_eq!(get("level").await, "own");
    assert_eq!(get("other").await, json!(null));
}

#[tokio::test]
async fn what_is_missing_is_said() {
    let graph = graph();
    let nothing_given = check(&graph, &[]).await.expect(1).shown();
    let no_directories = check(&graph, &DIRECTORIES).await.expect(1).shown();
    let graph = graph.with_file("secrets/keys/api-tokens", "x").with_file("maps/setting/a", "b");
    let no_key = check(&graph, &DIRECTORIES).await.expect(1).shown();
    let all = [nothing_given, no_directories, no_key].concat();
    expect![[r#"
        exit 1
        --- stderr
        error[config-missing]: configuration of component "probe": there is no directory of ConfigMaps
          --> graph.yaml:11:12
           |
        11 |         - {configMapRef: {name: settings}}
           |            ^^^^^^^^^^^^
           |
           = field: spec.components[0].configFrom[0]
           = fix: give --config-maps-dir, a directory <configmap>/<key>

        error[config-missing]: configuration of component "probe": there is no directory of Secrets
          --> graph.yaml:12:12
           |
        12 |         - {key: token, secretKeyRef: {name: keys, key: api-token}}
           |            ^^^^^^^^^^
           |
           = field: spec.components[0].configFrom[1]
           = fix: give --secrets-dir, a directory <secret>/<key>
        exit 1
        --- stderr
        error[config-missing]: configuration of component "probe": the directory of ConfigMaps maps does not exist
          --> graph.yaml:11:12
           |
        11 |         - {configMapRef: {name: settings}}
           |            ^^^^^^^^^^^^
           |
           = field: spec.components[0].configFrom[0]
           = fix: create the directory, or correct its path

        error[config-missing]: configuration of component "probe": the directory of Secrets secrets does not exist
          --> graph.yaml:12:12
           |
        12 |         - {key: token, secretKeyRef: {name: keys, key: api-token}}
           |            ^^^^^^^^^^
           |
           = field: spec.components[0].configFrom[1]
           = fix: create the directory, or correct its path
        exit 1
        --- stderr
        error[config-missing]: configuration of component "probe": ConfigMap "settings" is not mounted
          --> graph.yaml:11:12
           |
        11 |         - {configMapRef: {name: settings}}
           |            ^^^^^^^^^^^^
           |
           = field: spec.components[0].configFrom[0]
           = fix: create the object or the key, or correct the name

        error[config-missing]: configuration of component "probe": Secret "keys" has no key "api-token"
          --> graph.yaml:12:12
           |
        12 |         - {key: token, secretKeyRef: {name: keys, key: api-token}}
           |            ^^^^^^^^^^
           |
           = field: spec.components[0].configFrom[1]
           = fix: create the object or the key, or correct the name
    "#]].assert_eq(&all);
}

/// A value is not in any message or drawing.
#[tokio::test]
async fn values_stay_where_they_are() {
    let graph =
        graph().with_file("maps/settings/mode", "x").with_file("secrets/keys/api-token", "S3CR3T");
    for command in [&["check", "graph.yaml"][..], &["graph", "graph.yaml", "--format", "json"][..]]
    {
        let done = graph.run(&[command, &DIRECTORIES].concat()).await.expect(0);
        assert!(!done.to_string().contains("S3CR3T"), "{done}");
    }
    let compose = [&["compose", "graph.yaml", "-o", "out.wasm"][..], &DIRECTORIES[..]].concat();
    graph.run(&compose).await.expect(0);
    let bytes = std::fs::read(graph.path("out.wasm")).expect("written");
    assert!(!bytes.windows(6).any(|window| window == b"S3CR3T"));
}
