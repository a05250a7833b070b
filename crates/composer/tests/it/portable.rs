//! Compositions for other runtimes: standard names, one export.

use composer::plan;
use expect_test::{Expect, expect};

use crate::cases::{case, outside, text};

fn check_portable(name: &str, component: Option<&str>, interface: Option<&str>, expected: Expect) {
    let case = case(name);
    let plan = plan(&case.graph, &case.artifacts).expect("plan");
    expected.assert_eq(&match plan.portable(component, interface) {
        Ok(composition) => outside(&composition.bytes),
        Err(problems) => problems.iter().map(text).collect(),
    });
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
