//! `invoke`: the forms of FUNCTION and ARGS, and what is said when they mean nothing.

use std::fmt::Write as _;

use expect_test::expect;

use super::capability_path;
use crate::support::{Collector, Graph};

/// Two interfaces with a function `f` each.
const TWICE: &str = r#"(component
  (core module $m (func (export "f") (result i32) i32.const 7))
  (core instance $i (instantiate $m))
  (func $f (result u32) (canon lift (core func $i "f")))
  (instance $both (export "f" (func $f)))
  (export "own:twice/one" (instance $both))
  (export "own:twice/two" (instance $both)))"#;

#[tokio::test]
async fn a_function_by_each_form_of_its_name() {
    let collector = Collector::start().await;
    let graph = capability_path().sending_to(&collector.url());
    for name in ["log", "test.log", "modulewise:otel-example/test#log"] {
        let done = graph.invoke(&["guest", name, name]).await.expect(0);
        assert_eq!(done.stdout, "null\n", "{name}");
    }
    let bodies: Vec<_> = collector.bodies().into_iter().map(|(body, _)| body).collect();
    assert_eq!(bodies, ["log", "modulewise:otel-example/test#log", "test.log"]);
}

/// Each refusal: code 2, nothing on standard output, a reason.
async fn refusals(graph: &Graph, calls: &[&[&str]]) -> String {
    let mut text = String::new();
    for call in calls {
        let done = graph.invoke(call).await.expect(2);
        assert_eq!(done.stdout, "", "{call:?}");
        writeln!(text, "{}\n  {}", call.join(" "), done.stderr.trim_end()).expect("text");
    }
    text
}

#[tokio::test]
async fn names_that_mean_nothing() {
    let calls: &[&[&str]] = &[
        &["guest", "logg", "hi"],
        &["guest", "tset.log", "hi"],
        &["guest", "modulewise:otel-example/tests#log", "hi"],
        &["guest", "bake", "hi"],
        &["gest", "log", "hi"],
        &["wasip2", "log", "hi"],
    ];
    expect![[r#"
        guest logg hi
          error: component `guest` exports no function `logg`; it exports `modulewise:otel-example/test#log`; did you mean `log`?
        guest tset.log hi
          error: component `guest` exports no function `tset.log`; it exports `modulewise:otel-example/test#log`
        guest modulewise:otel-example/tests#log hi
          error: component `guest` exports no function `modulewise:otel-example/tests#log`; it exports `modulewise:otel-example/test#log`; did you mean `modulewise:otel-example/test#log`?
        guest bake hi
          error: component `guest` exports no function `bake`; it exports `modulewise:otel-example/test#log`
        gest log hi
          error: there is no component `gest`; did you mean `guest`?
        wasip2 log hi
          error: there is no component `wasip2`
    "#]].assert_eq(&refusals(&capability_path(), calls).await);
}

#[tokio::test]
async fn a_name_that_means_several_functions() {
    let twice = wat::parse_str(TWICE).expect("wat");
    let graph = Graph::new("components:\n  - {name: twice, file: twice.wasm}")
        .with_file("twice.wasm", twice);
    expect![[r#"
        twice f
          error: `f` of component `twice` may mean `own:twice/one#f`, `own:twice/two#f`
    "#]]
    .assert_eq(&refusals(&graph, &[&["twice", "f"]]).await);
    for name in ["one.f", "two.f", "own:twice/one#f"] {
        assert_eq!(graph.invoke(&["twice", name]).await.expect(0).json(), 7, "{name}");
    }
}

#[tokio::test]
async fn a_component_that_occurs_for_each_consumer() {
    let graph = Graph::new(
        "components:
  - {name: a, builtin: hello-log, imports: [otel]}
  - {name: b, builtin: hello-log, imports: [otel]}
  - {name: otel, builtin: otel-to-grpc, imports: [grpc, wasip2]}
capabilities:
  - {name: grpc, type: grpc, grpc: {paths: {logs: /opentelemetry.Logs/Export}}}
  - {name: wasip2, type: wasi:p2}",
    );
    expect![[r#"
        otel flush
          error: `flush` of component `otel` may mean `otel@a componentgraph:lifecycle/delivery@0.1.0#flush`, `otel@b componentgraph:lifecycle/delivery@0.1.0#flush`
    "#]].assert_eq(&refusals(&graph, &[&["otel", "flush"]]).await);
    let counts = graph.invoke(&["otel@b", "flush"]).await.expect(0).json();
    assert_eq!(counts["created"], 0);
}

#[tokio::test]
async fn arguments_that_do_not_fit() {
    let graph = Graph::of_fixture("values");
    let calls: &[&[&str]] = &[
        &["values", "u8", "300"],
        &["values", "u8", "-1"],
        &["values", "u8"],
        &["values", "u8", "1", "2"],
        &["values", "nothing", "1"],
        &["values", "repeat", "x"],
        &["values", "repeat", "x", "many"],
        &["values", "enum", "blue"],
        &["values", "record", "{\"x\": 1, \"yy\": 2}"],
        &["values", "numbers", "[1, \"two\", 3.5]"],
        &["values", "repeat", "{\"word\": \"x\", \"times\": 2}"],
    ];
    expect![[r#"
        values u8 300
          error: "u8": `value`: expected u8, found "300"; give an integer from 0 to 255
        values u8 -1
          error: "u8": `value`: expected u8, found "-1"; give an integer from 0 to 255
        values u8
          error: "u8": `value`: expected u8, found nothing
        values u8 1 2
          error: "u8": expected 1 argument, found 2; the parameters are value: u8
        values nothing 1
          error: "nothing": expected 0 arguments, found 1
        values repeat x
          error: "repeat": `count`: expected u32, found nothing
        values repeat x many
          error: "repeat": `count`: expected u32, found "many"; give an integer from 0 to 4294967295
        values enum blue
          error: "enum": `value`: expected enum { red, green, deep-blue }, found "blue"
        values record {"x": 1, "yy": 2}
          error: "record": `value.yy`: expected no such field, found "yy"; the names are x, y, label
          `value.y`: expected s32, found nothing
        values numbers [1, "two", 3.5]
          error: "numbers": `value[1]`: expected s64, found "two"; give an integer from -9223372036854775808 to 9223372036854775807
          `value[2]`: expected s64, found 3.5; give an integer from -9223372036854775808 to 9223372036854775807
        values repeat {"word": "x", "times": 2}
          error: "repeat": `times`: expected no such parameter, found 2; the names are word, count
          `count`: expected u32, found nothing
    "#]].assert_eq(&refusals(&graph, calls).await);
}

#[tokio::test]
async fn options_stand_before_or_after_arguments() {
    let graph = Graph::of_fixture("values");
    let after = ["values", "s8", "-5", "--count", "2", "--concurrency", "2"];
    let before = ["--count", "2", "--concurrency", "2", "values", "s8", "-5"];
    for call in [after, before] {
        let done = graph.invoke(&call).await.expect(0);
        assert_eq!(done.json(), -5);
        done.says("invocations: ok=2 error=0 trapped=0");
    }
    let done = graph.invoke(&["values", "text", "--", "--count"]).await.expect(0);
    assert_eq!(done.json(), "--count");
    assert_eq!(graph.invoke(&["values", "f64", "-1.5e3"]).await.expect(0).json(), -1.5e3);
    // Options of the program are not guessed from text.
    graph.invoke(&["values", "text", "--cuont"]).await.expect(2).says("'--cuont'");
}
