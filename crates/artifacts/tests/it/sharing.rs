//! What is not visible in the outcome of a single component.

use std::fs;
use std::sync::Arc;

use artifacts::{Options, builtin, builtin_names, load};
use serde_json::json;

use crate::cases::graph;
use crate::files;

#[tokio::test]
async fn equal_origins_share_their_bytes() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("guest.wasm"), files::component()).unwrap();
    let components =
        json!([{"name": "a", "file": "guest.wasm"}, {"name": "b", "file": "guest.wasm"}]);
    let (artifacts, problems) = load(&graph(&components), &Options::new(dir.path())).await;
    assert_eq!(problems, []);
    assert!(Arc::ptr_eq(&artifacts["a"].bytes, &artifacts["b"].bytes));
}

#[tokio::test]
async fn builtins_load_from_anywhere() {
    for name in builtin_names() {
        let components = json!([{"name": "x", "builtin": name}]);
        let (artifacts, problems) = load(&graph(&components), &Options::new("/nowhere")).await;
        assert_eq!(problems, []);
        assert_eq!(Some(&*artifacts["x"].bytes), builtin(name));
    }
}
