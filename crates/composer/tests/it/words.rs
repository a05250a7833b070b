//! What is said about a composed graph: drawings, explanations, descriptions.

use composer::{Format, describe, explain, format, plan};
use expect_test::{Expect, expect};

use crate::cases::{case, composed};

fn check_explain(name: &str, from: &str, to: Option<&str>, expected: Expect) {
    let case = case(name);
    let plan = plan(&case.graph, &case.artifacts).expect("plan");
    let said = explain(&case.graph, plan.ledger(), from, to);
    expected.assert_eq(&said.unwrap_or_else(|error| format!("{error}\n")));
}

#[test]
fn mermaid() {
    expect![[r#"
        flowchart LR
          i0["guest"]
          i1["otel@guest"]
          c0(["grpc"])
          c1(["runtime node"])
          c2(["wasip2"])
          i0 -->|"wasi:otel/logs<br/>wasi:otel/tracing"| i1
          i1 -.->|"modulewise:grpc/endpoint"| c0
          i1 -.->|"wasi:config/store"| c1
    "#]]
    .assert_eq(&format(&composed("otel-capability").ledger, Format::Mermaid));
}

#[test]
fn dot() {
    expect![[r#"
        digraph "otel-example" {
          rankdir=LR;
          node [shape=box];
          i0 [label="guest"];
          i1 [label="otel@guest"];
          c0 [label="grpc", style=rounded];
          c1 [label="runtime node", style=rounded];
          c2 [label="wasip2", style=rounded];
          i0 -> i1 [label="wasi:otel/logs\nwasi:otel/tracing"];
          i1 -> c0 [label="modulewise:grpc/endpoint", style=dashed];
          i1 -> c1 [label="wasi:config/store", style=dashed];
        }
    "#]]
    .assert_eq(&format(&composed("otel-capability").ledger, Format::Dot));
}

#[test]
fn json_is_the_ledger() {
    let ledger = composed("otel-capability").ledger;
    let read = serde_json::from_str(&format(&ledger, Format::Json)).expect("json");
    assert_eq!(ledger, read);
}

#[test]
fn explains_a_link() {
    check_explain(
        "otel-capability",
        "guest",
        Some("otel"),
        expect![[r#"
        `guest` → `otel@guest`: `wasi:otel/logs@0.2.0-rc.2` is linked because `guest` lists `otel`, which exports it (as `wasi:otel/logs@0.2.0-rc.2+patch`, which fits).
        `guest` → `otel@guest`: `wasi:otel/tracing@0.2.0-rc.2` is linked because `guest` lists `otel`, which exports it (as `wasi:otel/tracing@0.2.0-rc.2+patch`, which fits).
    "#]],
    );
}

#[test]
fn explains_a_grant() {
    check_explain(
        "otel-capability",
        "otel",
        Some("grpc"),
        expect![[r#"
        `otel@guest`: `modulewise:grpc/endpoint@0.1.0` is granted because `otel` lists the capability `grpc`, which provides it.
    "#]],
    );
}

#[test]
fn explains_what_is_not_inherited() {
    check_explain(
        "otel-capability",
        "guest",
        Some("grpc"),
        expect![[r#"
        There is no link from `guest` to `grpc`: `guest` does not list it, and a component gets only what it lists itself.
        It is reached only through others: `guest` → `otel` → `grpc`. Nothing of that is inherited by `guest`.
    "#]],
    );
}

#[test]
fn explains_a_component() {
    check_explain(
        "otel-components",
        "otel",
        None,
        expect![[r#"
        `otel` lists `grpc`, `wasip2`.
        `otel@guest` → `grpc`: `modulewise:grpc/endpoint@0.1.0` is linked because `otel` lists `grpc`, which exports it.
        `otel@guest`: `wasi:otel/types@0.2.0-rc.2+patch` holds types only and needs no provider.
        `guest` uses its `wasi:otel/logs@0.2.0-rc.2+patch` as `wasi:otel/logs@0.2.0-rc.2`.
        `guest` uses its `wasi:otel/tracing@0.2.0-rc.2+patch` as `wasi:otel/tracing@0.2.0-rc.2`.
    "#]],
    );
}

#[test]
fn explains_a_capability() {
    check_explain(
        "otel-components",
        "http",
        None,
        expect![[r#"
        `http` is a capability of type `wasi:http`. It provides wasi:http/outgoing-handler@0.2.12, wasi:http/types@0.2.12.
        `grpc` may use `wasi:http/outgoing-handler@0.2.12`.
    "#]],
    );
}

#[test]
fn explains_an_interface() {
    check_explain(
        "otel-components",
        "grpc",
        Some("wasi:io/streams"),
        expect![[r#"
        `wasi:io/streams@0.2.12` carries no authority of its own; the graph imports it once for all its components that need it.
    "#]],
    );
}

#[test]
fn explains_a_listed_capability_of_which_only_the_shared_is_used() {
    check_explain(
        "otel-components",
        "otel",
        Some("wasip2"),
        expect![[r#"
        `otel` lists `wasip2`, and uses nothing of it but what all components share.
    "#]],
    );
}

#[test]
fn offers_the_nearest_name() {
    check_explain(
        "otel-components",
        "gest",
        None,
        expect![[r#"
        the graph has no component or capability `gest`; did you mean `guest`?
    "#]],
    );
    check_explain(
        "otel-components",
        "guest",
        Some("otl"),
        expect![[r#"
        the graph has no component, capability or interface `otl`; did you mean `otel`?
    "#]],
    );
}

#[test]
fn describes_classes_and_the_ledger() {
    let composition = composed("otel-capability");
    let described = describe(&composition.bytes).expect("description");
    assert_eq!(described.digest, composition.digest);
    assert_eq!(described.ledger.as_ref(), Some(&composition.ledger));
    let case = case("otel-components");
    let imports = |name: &str| {
        let described = describe(&case.artifacts[name].bytes).expect("description");
        let line = |item: &composer::Described| format!("{:?} {}\n", item.class, item.name);
        described.imports.iter().map(line).collect::<String>()
    };
    expect![[r#"
        Some(A) modulewise:grpc/endpoint@0.1.0
        Some(B) wasi:clocks/wall-clock@0.2.12
        Some(Types) wasi:otel/types@0.2.0-rc.2+patch
        Some(B) wasi:clocks/monotonic-clock@0.2.12
        Some(B) wasi:io/error@0.2.12
        Some(B) wasi:io/poll@0.2.12
        Some(B) wasi:io/streams@0.2.12
        Some(B) wasi:http/types@0.2.12
        Some(A) wasi:http/outgoing-handler@0.2.12
        Some(A) wasi:config/store@0.2.0-rc.1
    "#]]
    .assert_eq(&(imports("otel") + &imports("grpc")));
}
