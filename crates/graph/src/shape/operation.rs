//! The blocks beside components and capabilities: HTTP, telemetry, limits, scaling.

use super::component::KEY_REF;
use super::{Record, Rule, Shape, Words, form, optional, record, required};
use crate::value::MOST_INVOCATIONS;

pub(super) static HTTP: Record = record(&[
    optional("port", Shape::Whole { min: 0, max: 65_535 }),
    required("routes", Shape::List { of: &Shape::Record(&ROUTE), min: 0, max: 256 }),
]);

static ROUTE: Record = Record {
    what: Some("route"),
    ..record(&[
        required("name", Shape::Text(&form::NAME)),
        required("method", Shape::Word(&METHODS)),
        required("path", Shape::Text(&form::ROUTE_PATH)),
        required("component", Shape::Text(&form::REFERENCE)),
        required("function", Shape::Text(&form::FUNCTION)),
    ])
};

static METHODS: Words =
    Words { code: "unknown-value", words: &["GET", "POST", "PUT", "PATCH", "DELETE"] };

pub(super) static TELEMETRY: Record = record(&[
    optional("endpoint", Shape::Text(&form::ENDPOINT)),
    optional("headers", Shape::List { of: &Shape::Record(&HEADER), min: 0, max: 32 }),
    optional("tls", Shape::Record(&record(&[optional("caSecretRef", Shape::Record(&KEY_REF))]))),
    optional("compression", Shape::Word(&COMPRESSION)),
    optional(
        "resource",
        Shape::Map { keys: &form::ATTRIBUTE, of: &Shape::Text(&form::VALUE), min: 0, max: 128 },
    ),
    optional("sampler", Shape::Word(&SAMPLER)),
    optional("signals", Shape::Record(&SIGNALS)),
]);

static HEADER: Record = Record {
    what: Some("header"),
    open: false,
    fields: &[
        required("name", Shape::Text(&form::HEADER_NAME)),
        optional("value", Shape::Text(&form::HEADER_VALUE)),
        optional("secretKeyRef", Shape::Record(&KEY_REF)),
    ],
    rules: &[Rule::ExactlyOne {
        of: &["value", "secretKeyRef"],
        none: "no-source",
        several: "several-sources",
    }],
};

static COMPRESSION: Words = Words { code: "unknown-value", words: &["None", "Gzip", "Zstd"] };

static SAMPLER: Words =
    Words { code: "unknown-value", words: &["AlwaysOn", "AlwaysOff", "ParentBased"] };

static SIGNALS: Record = record(&[
    optional("logs", Shape::Flag),
    optional("traces", Shape::Flag),
    optional("metrics", Shape::Flag),
]);

pub(super) static LIMITS: Record = record(&[
    optional("memory", Shape::Text(&form::MEMORY)),
    optional("timeout", Shape::Text(&form::TIMEOUT)),
    optional("concurrency", Shape::Whole { min: 1, max: MOST_INVOCATIONS as i64 }),
    optional("requestBody", Shape::Text(&form::MESSAGE_BYTES)),
]);

pub(super) static AUTOSCALING: Record = record(&[
    optional("minReplicas", Shape::Whole { min: 1, max: 10_000 }),
    required("maxReplicas", Shape::Whole { min: 1, max: 10_000 }),
    optional("targetCpuUtilization", Shape::Whole { min: 1, max: 1_000 }),
]);

pub(super) static NETWORK_POLICY: Record = record(&[required("mode", Shape::Word(&MODES))]);

static MODES: Words = Words { code: "unknown-value", words: &["Derived", "None"] };
