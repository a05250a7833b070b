//! Shapes from the types of a real component.

use expect_test::expect;
use wasmtime::component::{Component, Type, types::ComponentItem};
use wasmtime::{Config, Engine};

use super::*;

const COMPONENT: &str = r#"(component
    (type $user' (record (field "name" string) (field "age" u8)))
    (import "user" (type $user (eq $user')))
    (type $kind' (variant (case "none") (case "some" (list u8))))
    (import "kind" (type $kind (eq $kind')))
    (type $color' (enum "red" "green"))
    (import "color" (type $color (eq $color')))
    (type $rights' (flags "read" "write"))
    (import "rights" (type $rights (eq $rights')))
    (import "file" (type $file (sub resource)))
    (import "all" (func
        (param "a" (tuple bool s8 u8 s16 u16 s32 u32 s64 u64 f32 f64 char string))
        (param "b" (list $user))
        (param "c" (option (option $kind)))
        (param "d" $color)
        (param "e" $rights)
        (param "f" (result $user (error string)))
        (param "g" (result))
        (param "h" (list u8))
        (result (result (error string)))))
    (import "open" (func (param "f" (list (borrow $file)))))
)"#;

fn function(name: &str) -> (Vec<(String, Type)>, Option<Type>) {
    let engine = Engine::new(&Config::new()).unwrap();
    let component = Component::new(&engine, wat::parse_str(COMPONENT).unwrap()).unwrap();
    let item = component.component_type().get_import(&engine, name).unwrap().ty;
    let ComponentItem::ComponentFunc(function) = item else { panic!("not a function") };
    let params = function.params().map(|(name, ty)| (name.to_owned(), ty)).collect();
    (params, function.results().next())
}

#[test]
fn every_type_has_a_shape_and_its_text() {
    let (params, result) = function("all");
    let signature = Signature::of(&params, result.as_ref());
    let texts: Vec<String> =
        params.iter().map(|(name, ty)| format!("{name}: {}", wit_text(ty))).collect();
    expect![[r#"
        a: tuple<bool, s8, u8, s16, u16, s32, u32, s64, u64, f32, f64, char, string>
        b: list<record { name: string, age: u8 }>
        c: option<option<variant { none, some(list<u8>) }>>
        d: enum { red, green }
        e: flags { read, write }
        f: result<record { name: string, age: u8 }, string>
        g: result
        h: list<u8>"#]]
    .assert_eq(&texts.join("\n"));
    assert_eq!(signature.result.unwrap().to_string(), "result<_, string>");
}

#[test]
fn a_resource_cannot_come_from_outside() {
    let (params, result) = function("open");
    let signature = Signature::of(&params, result.as_ref());
    let input = Input::Positional(&["[1]".to_owned()]);
    assert_eq!(
        lines(&signature.bind(input).unwrap_err()),
        "`f[0]`: expected borrow<resource>, found 1; a value of this type cannot be given from outside"
    );
}
