//! Goldens of binding: which argument goes where, and what is said when it does not.

use expect_test::{Expect, expect};
use serde_json::json;
use wasmtime::component::Val;

use super::*;

fn signature(params: &[(&str, Shape)]) -> Signature {
    let Shape::Record(params) = record(params) else { unreachable!() };
    Signature { params, result: None }
}

fn show(signature: &Signature, input: Input<'_>) -> String {
    match signature.bind(input) {
        Ok(vals) => {
            let pairs = signature.params.iter().zip(&vals);
            let texts = pairs
                .map(|((name, shape), val)| format!("{name} = {}", to_json(val, shape).unwrap()));
            texts.collect::<Vec<_>>().join(", ")
        }
        Err(errors) => lines(&errors),
    }
}

fn named(params: &[(&str, Shape)], texts: &[(&str, &str)], json: Option<Value>, expect: Expect) {
    let texts: Vec<_> = texts.iter().map(|(n, t)| ((*n).into(), (*t).into())).collect();
    let input = Input::Named { texts: &texts, json: json.as_ref() };
    expect.assert_eq(&show(&signature(params), input));
}

fn positional(params: &[(&str, Shape)], texts: &[&str], expect: Expect) {
    let texts = names(texts);
    expect.assert_eq(&show(&signature(params), Input::Positional(&texts)));
}

#[test]
fn one_parameter_also_takes_the_bare_value() {
    let message = [("message", Shape::String)];
    named(&message, &[], Some(json!({ "message": "hi" })), expect![[r#"message = "hi""#]]);
    named(&message, &[], Some(json!("hi")), expect![[r#"message = "hi""#]]);
    named(
        &message,
        &[],
        Some(json!({ "mesage": "hi" })),
        expect![[r#"
        `mesage`: expected no such parameter, found "hi"; did you mean `message`?
        `message`: expected string, found nothing"#]],
    );
    named(&message, &[], None, expect!["`message`: expected string, found nothing"]);
    let user = [("user", record(&[("name", Shape::String)]))];
    named(&user, &[], Some(json!({ "name": "a" })), expect![[r#"user = {"name":"a"}"#]]);
    named(
        &user,
        &[],
        Some(json!({ "user": { "name": "a" } })),
        expect![[r#"user = {"name":"a"}"#]],
    );
    named(&[("n", option(Shape::U8))], &[], Some(json!({})), expect!["n = null"]);
}

#[test]
fn captures_leave_the_rest_to_the_body() {
    let params = [("id", Shape::U32), ("note", Shape::String), ("more", option(Shape::U8))];
    named(
        &params,
        &[("id", "7")],
        Some(json!({ "note": "n" })),
        expect![[r#"id = 7, note = "n", more = null"#]],
    );
    named(&params[..2], &[("id", "7")], Some(json!("n")), expect![[r#"id = 7, note = "n""#]]);
    named(
        &params,
        &[("id", "seven")],
        Some(json!({ "id": 1, "note": 2, "other": 3 })),
        expect![[r#"
        `id`: expected u32, found "seven"; give an integer from 0 to 4294967295
        `id`: expected one value, found another, 1
        `note`: expected string, found 2
        `other`: expected no such parameter, found 3; the names are id, note, more"#]],
    );
    named(
        &params,
        &[("id", "7"), ("note", "a"), ("note", "b")],
        None,
        expect![[r#"`note`: expected one value, found another, "b""#]],
    );
    named(
        &params,
        &[],
        Some(json!([1])),
        expect![[r#"
        expected an object by parameter name, found an array of 1; the parameters are id: u32, note: string, more: option<u8>
        `id`: expected u32, found nothing
        `note`: expected string, found nothing"#]],
    );
}

#[test]
fn a_function_without_parameters_takes_nothing() {
    named(&[], &[], None, expect![""]);
    named(&[], &[], Some(json!({})), expect![""]);
    named(&[], &[], Some(json!(1)), expect!["expected no value, found 1"]);
    named(&[], &[("a", "1")], None, expect![[r#"`a`: expected no such parameter, found "1""#]]);
}

#[test]
fn text_is_read_by_type() {
    let shapes = [
        ("text", Shape::String),
        ("truth", Shape::Bool),
        ("number", Shape::F64),
        ("color", Shape::Enum(names(&["red"]))),
        ("list", Shape::List(Box::new(Shape::U8))),
        ("maybe", option(Shape::U8)),
        ("word", option(Shape::String)),
    ];
    positional(
        &shapes,
        &["7", "true", "NaN", "red", "[1]", "null", "null"],
        expect![[
            r#"text = "7", truth = true, number = "NaN", color = "red", list = [1], maybe = null, word = "null""#
        ]],
    );
    positional(
        &shapes,
        &["", "yes", "inf", "blue", "1,2", "x"],
        expect![[r#"
        `truth`: expected bool, found "yes"
        `number`: expected f64, found "inf"; give a number in range, or "NaN", "Infinity" or "-Infinity"
        `color`: expected enum { red }, found "blue"
        `list`: expected list<u8>, found "1,2"; a value of this type is given as JSON
        `maybe`: expected u8, found "x"; give an integer from 0 to 255"#]],
    );
}

#[test]
fn positions_or_one_object() {
    let pair = [("a", Shape::U8), ("b", option(Shape::String))];
    positional(&pair, &["1", "x"], expect![[r#"a = 1, b = "x""#]]);
    positional(&pair, &["1"], expect!["a = 1, b = null"]);
    positional(&pair, &[r#"{"b": "x", "a": 1}"#], expect![[r#"a = 1, b = "x""#]]);
    positional(
        &pair,
        &["1", "x", "y"],
        expect![[r#"expected 2 arguments, found 3; the parameters are a: u8, b: option<string>"#]],
    );
    let message = [("message", Shape::String)];
    positional(&message, &["hi"], expect![[r#"message = "hi""#]]);
    positional(&message, &[r#"{"message": "hi"}"#], expect![[r#"message = "hi""#]]);
    positional(
        &message,
        &[r#"{"message": "hi", "a": 1}"#],
        expect![[r#"message = "{\"message\": \"hi\", \"a\": 1}""#]],
    );
}

#[test]
fn a_result_is_told_from_its_error() {
    let result = Shape::Result { ok: Some(Box::new(Shape::U8)), error: None };
    let signature = Signature { params: Vec::new(), result: Some(result) };
    let ok = Val::Result(Ok(Some(Box::new(Val::U8(1)))));
    assert_eq!(signature.returned(Some(&ok)), Ok(Returned::Ok(json!(1))));
    let error = Val::Result(Err(None));
    assert_eq!(signature.returned(Some(&error)), Ok(Returned::Error(json!(null))));
    assert!(signature.returned(None).is_err());
    assert!(signature.returned(Some(&Val::Result(Ok(None)))).is_err());
    let nothing = Signature { params: Vec::new(), result: None };
    assert_eq!(nothing.returned(None), Ok(Returned::Ok(json!(null))));
}
