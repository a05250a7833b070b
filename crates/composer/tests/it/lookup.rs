//! Which function a name means.

use composer::find;
use expect_test::{Expect, expect};

use crate::cases::composed;

fn check_find(name: &str, component: &str, function: &str, expected: Expect) {
    let composition = composed(name);
    let found = find(&composition.ledger, component, function);
    expected.assert_eq(&match found {
        Ok((export, function)) => format!("{} {function}", export.slot),
        Err(error) => error.to_string(),
    });
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
