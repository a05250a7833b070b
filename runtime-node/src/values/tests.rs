//! Goldens of single conversions, and round trips over random shapes and values.

mod arguments;
mod random;
mod types;

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::*;

fn lines(errors: &[ValueError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn record(fields: &[(&str, Shape)]) -> Shape {
    Shape::Record(fields.iter().map(|(name, shape)| ((*name).into(), shape.clone())).collect())
}

fn option(shape: Shape) -> Shape {
    Shape::Option(Box::new(shape))
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).into()).collect()
}

/// The value as JSON again, or the mistakes.
fn check(value: Value, shape: Shape, expect: Expect) {
    let text = match from_json(&value, &shape, "x") {
        Ok(val) => to_json(&val, &shape).unwrap().to_string(),
        Err(errors) => lines(&errors),
    };
    expect.assert_eq(&text);
}

#[test]
fn integers_are_exact_and_in_range() {
    check(json!(255), Shape::U8, expect!["255"]);
    check(
        json!(300),
        Shape::U8,
        expect!["`x`: expected u8, found 300; give an integer from 0 to 255"],
    );
    check(
        json!(-1),
        Shape::U64,
        expect!["`x`: expected u64, found -1; give an integer from 0 to 18446744073709551615"],
    );
    check(json!(u64::MAX), Shape::U64, expect!["18446744073709551615"]);
    check(json!(i64::MIN), Shape::S64, expect!["-9223372036854775808"]);
    check(json!(9_007_199_254_740_993_u64), Shape::S64, expect!["9007199254740993"]);
    check(
        json!(1.0),
        Shape::S8,
        expect!["`x`: expected s8, found 1.0; give an integer from -128 to 127"],
    );
    check(
        json!("1"),
        Shape::S8,
        expect![[r#"`x`: expected s8, found "1"; give an integer from -128 to 127"#]],
    );
    let beyond = serde_json::from_str("18446744073709551616").unwrap();
    check(
        beyond,
        Shape::U64,
        expect![
            "`x`: expected u64, found 1.8446744073709552e+19; give an integer from 0 to 18446744073709551615"
        ],
    );
}

#[test]
fn floats_keep_what_json_numbers_cannot_say() {
    check(json!(0.1), Shape::F32, expect!["0.1"]);
    check(json!(16_777_217), Shape::F64, expect!["16777217.0"]);
    check(json!("NaN"), Shape::F32, expect![[r#""NaN""#]]);
    check(json!("-Infinity"), Shape::F64, expect![[r#""-Infinity""#]]);
    check(json!(-0.0), Shape::F64, expect!["-0.0"]);
    check(
        json!(1e39),
        Shape::F32,
        expect![[
            r#"`x`: expected f32, found 1e+39; give a number in range, or "NaN", "Infinity" or "-Infinity""#
        ]],
    );
    check(
        json!("nan"),
        Shape::F64,
        expect![[
            r#"`x`: expected f64, found "nan"; give a number in range, or "NaN", "Infinity" or "-Infinity""#
        ]],
    );
}

#[test]
fn text_is_exact() {
    check(json!("Grüße 🦀 \u{0}\u{10FFFF}"), Shape::String, expect![[r#""Grüße 🦀 \u0000􏿿""#]]);
    check(json!("🦀"), Shape::Char, expect![[r#""🦀""#]]);
    check(
        json!("two letters"),
        Shape::Char,
        expect![[
            r#"`x`: expected char, found "two letters"; give text of exactly one Unicode scalar value"#
        ]],
    );
    let two_scalars = from_json(&json!("e\u{301}"), &Shape::Char, "x");
    assert!(two_scalars.is_err());
    check(json!(true), Shape::String, expect!["`x`: expected string, found true"]);
    check(json!("AP8="), Shape::Bytes, expect![[r#""AP8=""#]]);
    check(
        json!([0, 255]),
        Shape::Bytes,
        expect!["`x`: expected list<u8>, found an array of 2; give the bytes as base64 text"],
    );
}

#[test]
fn an_option_is_null_or_its_value() {
    check(json!(null), option(Shape::U8), expect!["null"]);
    check(json!(7), option(Shape::U8), expect!["7"]);
    let twice = || option(option(Shape::U8));
    check(json!(null), twice(), expect!["null"]);
    check(json!({ "some": null }), twice(), expect![[r#"{"some":null}"#]]);
    check(json!({ "some": 7 }), twice(), expect![[r#"{"some":7}"#]]);
    check(
        json!(7),
        twice(),
        expect![[
            r#"`x`: expected option<option<u8>>, found 7; give null or an object with "some""#
        ]],
    );
    check(
        json!({ "some": 300 }),
        twice(),
        expect!["`x.some`: expected u8, found 300; give an integer from 0 to 255"],
    );
}

#[test]
fn every_mistake_in_a_record_is_told() {
    let shape = record(&[
        ("name", Shape::String),
        ("age", Shape::U8),
        ("tags", Shape::List(Box::new(Shape::String))),
        ("note", option(Shape::String)),
    ]);
    check(
        json!({ "name": "a", "age": 1, "tags": [] }),
        shape.clone(),
        expect![[r#"{"name":"a","age":1,"tags":[],"note":null}"#]],
    );
    check(
        json!({ "nmae": "a", "age": 300, "tags": ["a", 2, null] }),
        shape.clone(),
        expect![[r#"
        `x.nmae`: expected no such field, found "nmae"; did you mean `name`?
        `x.name`: expected string, found nothing
        `x.age`: expected u8, found 300; give an integer from 0 to 255
        `x.tags[1]`: expected string, found 2
        `x.tags[2]`: expected string, found null"#]],
    );
    check(
        json!([]),
        shape,
        expect![
            "`x`: expected record { name: string, age: u8, tags: list<string>, note: option<string> }, found an array of 0"
        ],
    );
}

#[test]
fn variants_results_flags_and_enums_have_their_forms() {
    let variant = Shape::Variant(vec![
        ("none".into(), None),
        ("number".into(), Some(Shape::U8)),
        ("maybe".into(), Some(option(Shape::U8))),
    ]);
    check(json!({ "type": "none" }), variant.clone(), expect![[r#"{"type":"none"}"#]]);
    check(
        json!({ "type": "number", "value": 3 }),
        variant.clone(),
        expect![[r#"{"type":"number","value":3}"#]],
    );
    check(
        json!({ "type": "maybe" }),
        variant.clone(),
        expect![[r#"{"type":"maybe","value":null}"#]],
    );
    check(
        json!({ "type": "number" }),
        variant.clone(),
        expect!["`x.value`: expected u8, found nothing"],
    );
    check(
        json!({ "type": "none", "value": 3 }),
        variant.clone(),
        expect!["`x.value`: expected no value for this case, found 3"],
    );
    check(
        json!({ "type": "nmuber" }),
        variant.clone(),
        expect![[
            r#"`x.type`: expected variant { none, number(u8), maybe(option<u8>) }, found "nmuber"; did you mean `number`?"#
        ]],
    );
    check(
        json!("none"),
        variant,
        expect![[
            r#"`x`: expected variant { none, number(u8), maybe(option<u8>) }, found "none"; give an object with "type" and, if any, "value""#
        ]],
    );

    let result = || Shape::Result { ok: None, error: Some(Box::new(Shape::String)) };
    check(json!({ "ok": null }), result(), expect![[r#"{"ok":null}"#]]);
    check(json!({ "error": "no" }), result(), expect![[r#"{"error":"no"}"#]]);
    check(
        json!({ "ok": null, "error": "no" }),
        result(),
        expect![[
            r#"`x`: expected result<_, string>, found an object with "ok", "error"; give an object with either "ok" or "error""#
        ]],
    );

    let flags = || Shape::Flags(names(&["read", "write"]));
    check(json!(["write", "read"]), flags(), expect![[r#"["read","write"]"#]]);
    check(
        json!(["write", "write", "run"]),
        flags(),
        expect![[r#"
        `x[1]`: expected flags { read, write }, found "write"; give an array of the names that are set, each once
        `x[2]`: expected flags { read, write }, found "run"; give an array of the names that are set, each once"#]],
    );
    check(json!("red"), Shape::Enum(names(&["red", "green"])), expect![[r#""red""#]]);
    check(
        json!("rde"),
        Shape::Enum(names(&["red", "green"])),
        expect![[r#"`x`: expected enum { red, green }, found "rde""#]],
    );
}

#[test]
fn tuples_and_fixed_lists_have_their_length() {
    let tuple = || Shape::Tuple(vec![Shape::U8, Shape::String]);
    check(json!([1, "a"]), tuple(), expect![[r#"[1,"a"]"#]]);
    check(json!([1]), tuple(), expect!["`x`: expected tuple<u8, string>, found an array of 1"]);
    let fixed = || Shape::FixedList(Box::new(Shape::U8), 2);
    check(json!([1, 2]), fixed(), expect!["[1,2]"]);
    check(json!([1, 2, 3]), fixed(), expect!["`x`: expected list<u8, 2>, found an array of 3"]);
}

#[test]
fn a_long_list_of_mistakes_is_cut() {
    let wrong = Value::from(vec!["no"; 10_000]);
    let errors = from_json(&wrong, &Shape::List(Box::new(Shape::U8)), "x").unwrap_err();
    assert_eq!(errors.len(), 32);
}

#[test]
fn a_value_that_does_not_fit_is_a_mismatch() {
    let mismatch = to_json(&wasmtime::component::Val::U8(1), &Shape::String).unwrap_err();
    expect!["the function returned a value that is not of its type, string"]
        .assert_eq(&mismatch.to_string());
}
