//! What is said about a composed graph: drawings, explanations, lookups, portable compositions.

use composer::{Composition, Format, describe, explain, find, format, plan};
use expect_test::{Expect, expect};

use crate::cases::{case, compose, outside, text};

fn composed(name: &str) -> Composition {
    compose(&case(name)).expect("composition")
}

fn check_explain(name: &str, from: &str, to: Option<&str>, expected: Expect) {
    let case = case(name);
    let plan = plan(&case.graph, &case.artifacts).expect("plan");
    let said = explain(&case.graph, plan.ledger(), from, to);
    expected.assert_eq(&said.unwrap_or_else(|error| format!("{error}\n")));
}

fn check_find(name: &str, component: &str, function: &str, expected: Expect) {
    let composition = composed(name);
    let found = find(&composition.ledger, component, function);
    expected.assert_eq(&match found {
        Ok((export, function)) => format!("{} {function}", export.slot),
        Err(error) => error.to_string(),
    });
}

fn check_portable(name: &str, component: Option<&str>, interface: Option<&str>, expected: Expect) {
    let case = case(name);
    let plan = plan(&case.graph, &case.artifacts).expect("plan");
    expected.assert_eq(&match plan.portable(component, interface) {
        Ok(composition) => outside(&composition.bytes),
        Err(problems) => problems.iter().map(text).collect(),
    });
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
fn finds_a_function_by_each_form_of_its_name() {
    let composition = composed("otel-capability");
    for function in ["log", "test.log", "test#log", "modulewise:otel-example/test#log"] {
        let found = find(&composition.ledger, "guest", function);
        assert_eq!(found.is_ok(), function != "test#log", "{function}");
    }
    assert!(find(&composition.ledger, "otel", "flush").is_ok());
    assert!(find(&composition.ledger, "otel@guest", "flush").is_ok());
}

#[test]
fn a_function_that_is_not_there() {
    check_find(
        "otel-capability",
        "guest",
        "lgo",
        expect![
            "component `guest` exports no function `lgo`; it exports `modulewise:otel-example/test#log`"
        ],
    );
    check_find(
        "otel-capability",
        "guest",
        "logg",
        expect![
            "component `guest` exports no function `logg`; it exports `modulewise:otel-example/test#log`; did you mean `log`?"
        ],
    );
    check_find(
        "otel-capability",
        "guests",
        "log",
        expect!["there is no component `guests`; did you mean `guest`?"],
    );
    check_find(
        "per-consumer",
        "spare",
        "log",
        expect!["component `spare` exports no function `log`; it exports nothing"],
    );
}

#[test]
fn a_function_of_several_instances() {
    check_find(
        "per-consumer",
        "otel",
        "on-end",
        expect![
            "`on-end` of component `otel` may mean `otel@a wasi:otel/tracing@0.2.0-rc.2#on-end`, `otel@b wasi:otel/tracing@0.2.0-rc.2#on-end`"
        ],
    );
    check_find(
        "per-consumer",
        "otel@b",
        "on-end",
        expect!["otel-b-wasi-otel-tracing-xc176228ec6 on-end: func(span: span-data)"],
    );
}

#[test]
fn portable_has_standard_names_and_one_export() {
    check_portable(
        "otel-components",
        Some("guest"),
        None,
        expect![[r#"
        composition
          import wasi:clocks/monotonic-clock@0.2.12
            now: func() -> u64
          import wasi:io/error@0.2.12
            [method]error.to-debug-string: func(self: borrow<error>) -> string
          import wasi:io/poll@0.2.12
            [method]pollable.ready: func(self: borrow<pollable>) -> bool
          import wasi:io/streams@0.2.12
            [method]input-stream.read: func(self: borrow<input-stream>, len: u64) -> result<list<u8>, stream-error>
            [method]input-stream.subscribe: func(self: borrow<input-stream>) -> pollable
            [method]output-stream.write: func(self: borrow<output-stream>, contents: list<u8>) -> result<_, stream-error>
          import wasi:http/types@0.2.12
            [constructor]outgoing-request: func(path: string) -> outgoing-request
            [method]future-incoming-response.get: func(self: borrow<future-incoming-response>) -> option<result<incoming-response, error-code>>
            [method]incoming-request.path-with-query: func(self: borrow<incoming-request>) -> option<string>
            [method]incoming-response.body: func(self: borrow<incoming-response>) -> result<input-stream>
            [method]incoming-response.status: func(self: borrow<incoming-response>) -> u16
            [static]response-outparam.set: func(param: response-outparam, status: result<u16, error-code>)
            timeout: func() -> duration
          import wasi:http/outgoing-handler@0.2.12
            handle: func(request: outgoing-request) -> result<future-incoming-response, error-code>
          import wasi:config/store@0.2.0-rc.1
            get: func(key: string) -> result<option<string>, error>
          import wasi:clocks/wall-clock@0.2.12
            now: func() -> datetime
          import wasi:otel/types@0.2.0-rc.2
          export modulewise:otel-example/test
            log: func(message: string) -> result<_, string>
    "#]],
    );
    check_portable(
        "otel-components",
        None,
        None,
        expect![[r#"
        composition
          import wasi:clocks/monotonic-clock@0.2.12
            now: func() -> u64
          import wasi:io/error@0.2.12
            [method]error.to-debug-string: func(self: borrow<error>) -> string
          import wasi:io/poll@0.2.12
            [method]pollable.ready: func(self: borrow<pollable>) -> bool
          import wasi:io/streams@0.2.12
            [method]input-stream.read: func(self: borrow<input-stream>, len: u64) -> result<list<u8>, stream-error>
            [method]input-stream.subscribe: func(self: borrow<input-stream>) -> pollable
            [method]output-stream.write: func(self: borrow<output-stream>, contents: list<u8>) -> result<_, stream-error>
          import wasi:http/types@0.2.12
            [constructor]outgoing-request: func(path: string) -> outgoing-request
            [method]future-incoming-response.get: func(self: borrow<future-incoming-response>) -> option<result<incoming-response, error-code>>
            [method]incoming-request.path-with-query: func(self: borrow<incoming-request>) -> option<string>
            [method]incoming-response.body: func(self: borrow<incoming-response>) -> result<input-stream>
            [method]incoming-response.status: func(self: borrow<incoming-response>) -> u16
            [static]response-outparam.set: func(param: response-outparam, status: result<u16, error-code>)
            timeout: func() -> duration
          import wasi:http/outgoing-handler@0.2.12
            handle: func(request: outgoing-request) -> result<future-incoming-response, error-code>
          import wasi:config/store@0.2.0-rc.1
            get: func(key: string) -> result<option<string>, error>
          import wasi:clocks/wall-clock@0.2.12
            now: func() -> datetime
          import wasi:otel/types@0.2.0-rc.2
          export modulewise:otel-example/test
            log: func(message: string) -> result<_, string>
    "#]],
    );
}

#[test]
fn portable_is_refused_where_grants_differ() {
    check_portable(
        "http-apart",
        None,
        None,
        expect![[r#"
        [not-portable] spec.components
          `wasi:http/outgoing-handler@0.2.12` is granted to `auth` through `login` and to `web` through `pages`; other runtimes would give all components the same
          fix: compose without --portable, or grant both alike
    "#]],
    );
}

#[test]
fn portable_needs_a_choice() {
    check_portable(
        "same-artifact",
        None,
        None,
        expect![[r#"
        [ambiguous-export] spec.components
          several exports could be meant, and a portable composition has one
          expected: one component and interface
          found: one run, two run
          fix: name the component and the interface
    "#]],
    );
    check_portable(
        "same-artifact",
        Some("tow"),
        None,
        expect![[r#"
        [unknown-export] spec.components
          there is no export `tow` that a portable composition could have
          expected: one of one run, two run
    "#]],
    );
    check_portable(
        "same-artifact",
        Some("two"),
        Some("run"),
        expect![[r#"
        composition
          import modulewise:grpc/endpoint@0.1.0
            send: func(path: string, data: list<u8>) -> result<_, string>
          export run
            run: func()
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
