//! Which route a path takes.

use super::super::media::{path_segments, query_pairs};
use super::super::router::{Found, Router};
use super::*;

fn routed(routes: &[(Method, &str)], method: Method, path: &str) -> String {
    let mut router = Router::default();
    for (method, path) in routes {
        router.insert(*method, path, *path);
    }
    match router.find(Some(method), &path_segments(path).unwrap()) {
        Found::Target { target, captures } => format!("{target} {captures:?}"),
        Found::OtherMethods(methods) => format!("{methods:?}"),
        Found::Nothing => "nothing".into(),
    }
}

#[test]
fn a_literal_wins_in_any_order() {
    use Method::{Get, Post, Put};
    let mut routes = vec![
        (Get, "/u/{id}"),
        (Get, "/u/me"),
        (Post, "/u/{name}"),
        (Get, "/{a}/{b}/c"),
        (Get, "/u/me/d"),
        (Get, "/"),
    ];
    for _ in 0..2 {
        let check = |method, path| routed(&routes, method, path);
        assert_eq!(check(Get, "/u/me"), "/u/me []");
        assert_eq!(check(Get, "/u/you"), r#"/u/{id} [("id", "you")]"#);
        // The literal has no POST, the capture has.
        assert_eq!(check(Post, "/u/me"), r#"/u/{name} [("name", "me")]"#);
        // A dead end at the literal is left again.
        assert_eq!(check(Get, "/u/me/c"), r#"/{a}/{b}/c [("a", "u"), ("b", "me")]"#);
        assert_eq!(check(Put, "/u/me"), "[Get, Post]");
        assert_eq!(check(Get, "/u/"), "nothing");
        assert_eq!(check(Get, "/u"), "nothing");
        assert_eq!(check(Get, "/"), "/ []");
        assert_eq!(check(Get, "/u/%6De"), "/u/me []");
        assert_eq!(check(Get, "/u%2Fme"), "nothing");
        routes.reverse();
    }
}

#[test]
fn a_query_is_decoded() {
    let pairs = query_pairs("a=1&&b=%C3%BC+%2B&a&=x").unwrap();
    assert_eq!(format!("{pairs:?}"), r#"[("a", "1"), ("b", "ü +"), ("a", ""), ("", "x")]"#);
    assert_eq!(query_pairs("a=%FF"), None);
}
