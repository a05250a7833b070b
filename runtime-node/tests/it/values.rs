//! The fixture `values`: each WIT type as text on a command line and as JSON in a request.

use runtime_node::values::{Input, Returned, Signature};
use serde_json::{Value, json};

use crate::serving::{Serving, ask};
use crate::support::Graph;

/// Function, argument as text, and the same as JSON; the functions return what they are given.
const TYPES: &[(&str, &str, &str)] = &[
    ("bool", "true", "true"),
    ("u8", "255", "255"),
    ("u16", "65535", "65535"),
    ("u32", "4294967295", "4294967295"),
    ("u64", "18446744073709551615", "18446744073709551615"),
    ("s8", "-128", "-128"),
    ("s16", "-32768", "-32768"),
    ("s32", "-2147483648", "-2147483648"),
    ("s64", "-9223372036854775808", "-9223372036854775808"),
    ("f32", "0.1", "0.1"),
    ("f32", "-Infinity", r#""-Infinity""#),
    ("f64", "0.1", "0.1"),
    ("f64", "NaN", r#""NaN""#),
    ("char", "🦀", r#""🦀""#),
    ("text", "grüße 🚀", r#""grüße 🚀""#),
    ("text", "", r#""""#),
    ("numbers", "[1,-2]", "[1,-2]"),
    ("bytes", "AAEC/w==", r#""AAEC/w==""#),
    ("points", r#"[{"x":1,"y":2}]"#, r#"[{"x":1,"y":2,"label":null}]"#),
    ("record", r#"{"x":-1,"y":2,"label":"a"}"#, r#"{"x":-1,"y":2,"label":"a"}"#),
    ("variant", r#"{"type":"nothing"}"#, r#"{"type":"nothing"}"#),
    ("variant", r#"{"type":"circle","value":1.5}"#, r#"{"type":"circle","value":1.5}"#),
    ("variant", r#"{"type":"polygon","value":[]}"#, r#"{"type":"polygon","value":[]}"#),
    ("enum", "deep-blue", r#""deep-blue""#),
    ("flags", r#"["read","run-it"]"#, r#"["read","run-it"]"#),
    ("option", "7", "7"),
    ("option", "null", "null"),
    ("option-option", r#"{"some":null}"#, r#"{"some":null}"#),
    ("option-option", r#"{"some":7}"#, r#"{"some":7}"#),
    ("option-option", "null", "null"),
    ("tuple", r#"[1,"a",true]"#, r#"[1,"a",true]"#),
];

/// A function that returns a `result` answers with what is in it: argument, success, answer.
const RESULTS: &[(&str, &str, bool, &str)] = &[
    ("result", r#"{"ok":7}"#, true, "7"),
    ("result", r#"{"error":"why"}"#, false, r#""why""#),
    ("result-empty", r#"{"ok":null}"#, true, "null"),
    ("result-empty", r#"{"error":null}"#, false, "null"),
    ("result-ok", r#"{"ok":7}"#, true, "7"),
    ("result-ok", r#"{"error":null}"#, false, "null"),
    ("result-error", r#"{"ok":null}"#, true, "null"),
    ("result-error", r#"{"error":"why"}"#, false, r#""why""#),
];

/// Text, and what is wrong with it.
const REFUSED: &[(&str, &str)] = &[
    ("u8", "300"),
    ("u8", "1.0"),
    ("s8", "-129"),
    ("u64", "18446744073709551616"),
    ("f32", "1e39"),
    ("bool", "yes"),
    ("char", "ab"),
    ("bytes", "not base64"),
    ("numbers", "[1.5]"),
    ("record", r#"{"x":1}"#),
    ("record", r#"{"x":1,"y":2,"z":3}"#),
    ("variant", r#"{"type":"square"}"#),
    ("enum", "blue"),
    ("flags", r#"["read","read"]"#),
    ("tuple", "[1]"),
];

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("json")
}

/// What the function returns for an argument on a command line: success and value.
async fn returned(
    node: &runtime_node::node::Node,
    function: &str,
    text: &str,
) -> Result<(bool, Value), String> {
    let callable = node.callable("values", function).expect("function");
    let signature = Signature::of(&callable.params, callable.result.as_ref());
    let texts = [text.to_owned()];
    let vals = signature
        .bind(Input::Positional(&texts))
        .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
    let outcome = node.instances.invoke(&callable, &vals).await;
    let value = outcome.result.expect("returned");
    match signature.returned(value.as_ref()).expect("of its type") {
        Returned::Ok(value) => Ok((true, value)),
        Returned::Error(value) => Ok((false, value)),
    }
}

#[tokio::test]
async fn every_type_as_text() {
    let node = Graph::of_fixture("values").start().await;
    for (function, text, answer) in TYPES {
        let found = returned(&node, function, text).await;
        assert_eq!(found, Ok((true, parsed(answer))), "{function} {text}");
    }
    for (function, text, ok, answer) in RESULTS {
        let found = returned(&node, function, text).await;
        assert_eq!(found, Ok((*ok, parsed(answer))), "{function} {text}");
    }
    for (function, text) in REFUSED {
        let found = returned(&node, function, text).await;
        assert!(found.as_ref().is_err_and(|reason| reason.contains("expected")), "{found:?}");
    }
}

/// One route for each function, all of them in one node.
fn routes() -> String {
    let mut functions: Vec<&str> = TYPES.iter().map(|t| t.0).collect();
    functions.extend(RESULTS.iter().map(|r| r.0));
    functions.sort_unstable();
    functions.dedup();
    let mut spec =
        "components:\n  - {name: values, file: FIXTURES/values.wasm}\nhttp:\n  routes:\n"
            .to_owned();
    for function in functions {
        spec += &format!(
            "    - {{name: {function}, method: POST, path: /{function}, component: values, \
             function: {function}}}\n"
        );
    }
    spec + "    - {name: repeat, method: GET, path: \"/repeat/{word}\", component: values, \
            function: repeat}\n    - {name: nothing, method: POST, path: /nothing, \
            component: values, function: nothing}\n"
}

#[tokio::test]
async fn every_type_as_json() {
    let serving = Serving::start(&Graph::new(&routes()), &[]).await;
    let http = serving.http.expect("port");
    for (function, _, value) in TYPES {
        let named = format!("{{\"value\":{value}}}");
        // A bare object that has the parameter's name is read by name.
        let bare = parsed(value).get("value").is_none().then(|| (*value).to_owned());
        for body in bare.into_iter().chain([named]) {
            let answer = ask(http, "POST", &format!("/{function}"), &body).await;
            assert_eq!(answer.status, 200, "{function} {body}: {}", answer.body);
            assert_eq!(parsed(&answer.body), parsed(value), "{function} {body}");
        }
    }
    for (function, body, ok, value) in RESULTS {
        let answer = ask(http, "POST", &format!("/{function}"), body).await;
        let expected = match ok {
            true => (200, parsed(value)),
            false => (500, json!({ "error": parsed(value) })),
        };
        assert_eq!((answer.status, parsed(&answer.body)), expected, "{function} {body}");
    }
    let answer = ask(http, "GET", "/repeat/a%2Fb?count=2", "").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, r#""a/ba/b""#));
    let answer = ask(http, "GET", "/repeat/x?count=-1", "").await;
    assert_eq!(answer.status, 400, "{}", answer.body);
    let answer = ask(http, "POST", "/nothing", "").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "null"));
    assert_eq!(serving.stop().await, 0);
}

/// Arguments of the real command line, the awkward ones.
#[tokio::test]
async fn values() {
    let graph = Graph::of_fixture("values");
    let call = async |args: &[&str]| graph.invoke(&[&["values"], args].concat()).await;
    assert_eq!(call(&["s64", "-9223372036854775808"]).await.expect(0).json(), i64::MIN);
    assert_eq!(call(&["f64", "--", "-Infinity"]).await.expect(0).json(), "-Infinity");
    assert_eq!(call(&["text", "--", "--count"]).await.expect(0).json(), "--count");
    assert_eq!(call(&["repeat", "ab", "2"]).await.expect(0).json(), "abab");
    let by_name = call(&["repeat", r#"{"count": 3, "word": "x"}"#]).await.expect(0);
    assert_eq!(by_name.json(), "xxx");
    let err = call(&["repeat", "x", "1001"]).await.expect(3);
    assert_eq!(err.json(), json!({"error": "1001 is above 1000"}));
    err.says("invocations: ok=0 error=1 trapped=0");
    assert_eq!(call(&["nothing"]).await.expect(0).json(), json!(null));
}
