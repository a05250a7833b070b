//! An entry of `spec.components`.

use super::{Finding, Record, Rule, Shape, Subject, Words, form, optional, record, required};
use crate::problem::Problem;
use crate::tree::entry;

pub(super) static COMPONENT: Record = Record {
    what: Some("component"),
    open: false,
    fields: &[
        required("name", Shape::Text(&form::NAME)),
        optional("image", Shape::Text(&form::IMAGE)),
        optional("file", Shape::Text(&form::FILE)),
        optional("builtin", Shape::Text(&form::BUILTIN)),
        optional("configMapKeyRef", Shape::Record(&KEY_REF)),
        optional("url", Shape::Text(&form::URL)),
        optional("digest", Shape::Text(&form::DIGEST)),
        optional("imports", Shape::List { of: &Shape::Text(&form::REFERENCE), min: 0, max: 32 }),
        optional("links", Shape::List { of: &Shape::Record(&LINK_HINT), min: 0, max: 64 }),
        optional(
            "config",
            Shape::Map { keys: &form::KEY, of: &Shape::Text(&form::VALUE), min: 0, max: 256 },
        ),
        optional("configFrom", Shape::List { of: &Shape::Record(&CONFIG_FROM), min: 0, max: 32 }),
        optional("env", Shape::List { of: &Shape::Record(&ENV_VAR), min: 0, max: 128 }),
        optional("limits", Shape::Record(&LIMITS)),
        optional(
            "labels",
            Shape::Map {
                keys: &form::LABEL_KEY,
                of: &Shape::Text(&form::LABEL_VALUE),
                min: 0,
                max: 64,
            },
        ),
        optional("instances", Shape::Word(&INSTANCES)),
        optional(
            "uri",
            Shape::Elsewhere(
                "write `file` for a path, `image` for an OCI reference, or `url` with `digest`",
            ),
        ),
        optional("type", Shape::Elsewhere("move what the host provides to `spec.capabilities`")),
    ],
    rules: &[
        Rule::ExactlyOne { of: SOURCES, none: "no-source", several: "several-sources" },
        Rule::Needs {
            key: "url",
            needs: "digest",
            code: "missing-digest",
            fix: "add `digest: sha256:…`, as `runtime-node inspect FILE` prints it",
        },
        Rule::LaptopOnly {
            key: "file",
            code: "local-source",
            expected: "`image`, `builtin`, `configMapKeyRef` or `url`",
            fix: "push the component to a registry and write `image`",
        },
    ],
};

static SOURCES: &[&str] = &["image", "file", "builtin", "configMapKeyRef", "url"];

static INSTANCES: Words = Words { code: "unknown-value", words: &["Shared", "PerConsumer"] };

static LINK_HINT: Record = record(&[
    required("import", Shape::Text(&form::IMPORT)),
    required("from", Shape::Text(&form::REFERENCE)),
]);

static CONFIG_FROM: Record = Record {
    what: None,
    open: false,
    fields: &[
        optional("secretRef", Shape::Record(&NAME_REF)),
        optional("configMapRef", Shape::Record(&NAME_REF)),
        optional("key", Shape::Text(&form::KEY)),
        optional("secretKeyRef", Shape::Record(&KEY_REF)),
        optional("configMapKeyRef", Shape::Record(&KEY_REF)),
    ],
    rules: &[
        Rule::ExactlyOne {
            of: &["secretRef", "configMapRef", "secretKeyRef", "configMapKeyRef"],
            none: "no-source",
            several: "several-sources",
        },
        Rule::Needs {
            key: "secretKeyRef",
            needs: "key",
            code: "missing-field",
            fix: "add `key: NAME`, the configuration key that receives the value",
        },
        Rule::Needs {
            key: "configMapKeyRef",
            needs: "key",
            code: "missing-field",
            fix: "add `key: NAME`, the configuration key that receives the value",
        },
        Rule::Own(key_beside_whole_object),
    ],
};

/// `key` names where one value goes; a whole ConfigMap or Secret brings its own keys.
fn key_beside_whole_object(subject: &Subject<'_>) -> Vec<Finding> {
    let has = |key| entry(subject.entries, key).is_some();
    if !has("key") || !(has("secretRef") || has("configMapRef")) {
        return Vec::new();
    }
    let problem = Problem::new(
        "unused-field",
        "key",
        format!("{} takes a whole object, and `key` has no meaning there", subject.title),
    )
    .expected("`key` beside `secretKeyRef` or `configMapKeyRef`")
    .fix("remove `key`, or take one key by `secretKeyRef` or `configMapKeyRef`");
    vec![Finding { key: "key", problem }]
}

pub(super) static NAME_REF: Record = record(&[required("name", Shape::Text(&form::OBJECT_NAME))]);

pub(super) static KEY_REF: Record = record(&[
    required("name", Shape::Text(&form::OBJECT_NAME)),
    required("key", Shape::Text(&form::KEY)),
]);

static ENV_VAR: Record = record(&[
    required("name", Shape::Text(&form::ENV_NAME)),
    required("value", Shape::Text(&form::VALUE)),
]);

const GRAPH_LIMIT: Shape = Shape::Elsewhere("move it to `spec.limits`; it holds for an invocation");

static LIMITS: Record = record(&[
    optional("memory", Shape::Text(&form::MEMORY)),
    optional("timeout", GRAPH_LIMIT),
    optional("concurrency", GRAPH_LIMIT),
    optional("requestBody", GRAPH_LIMIT),
]);
