//! An entry of `spec.capabilities`, and which options belong to which type.

use super::{Finding, Record, Rule, Shape, Subject, Words, form, optional, record, required};
use crate::manifest::CapabilityType;
use crate::problem::Problem;
use crate::tree::entry;

pub(super) static CAPABILITY: Record = Record {
    what: Some("capability"),
    open: false,
    fields: &[
        required("name", Shape::Text(&form::NAME)),
        required("type", Shape::Word(&TYPES)),
        optional("grpc", Shape::Record(&GRPC)),
        optional("otel", Shape::Record(&record(&[]))),
        optional("wasiHttp", Shape::Record(&HTTP)),
        optional("wasiFilesystem", Shape::Record(&FILESYSTEM)),
        optional("wasiSockets", Shape::Record(&SOCKETS)),
        optional("wasiKeyvalue", Shape::Record(&KEYVALUE)),
    ],
    rules: &[Rule::Own(options_of_type)],
};

static TYPES: Words = Words {
    code: "unknown-capability-type",
    words: &[
        "grpc",
        "otel",
        "wasi:p2",
        "wasi:http",
        "wasi:filesystem",
        "wasi:sockets",
        "wasi:keyvalue",
    ],
};

static GRPC: Record = record(&[
    optional("url", Shape::Text(&form::ENDPOINT)),
    required(
        "paths",
        Shape::Map { keys: &form::KEY, of: &Shape::Text(&form::GRPC_METHOD), min: 1, max: 64 },
    ),
    optional("maxRequestBytes", Shape::Text(&form::MESSAGE_BYTES)),
]);

static HTTP: Record = record(&[optional(
    "allowedHosts",
    Shape::List { of: &Shape::Text(&form::ALLOWED_HOST), min: 0, max: 64 },
)]);

static FILESYSTEM: Record =
    record(&[optional("preopens", Shape::List { of: &Shape::Record(&PREOPEN), min: 0, max: 16 })]);

static PREOPEN: Record = record(&[
    required("host", Shape::Text(&form::DIRECTORY)),
    required("guest", Shape::Text(&form::DIRECTORY)),
    optional("access", Shape::Word(&ACCESS)),
]);

static ACCESS: Words = Words { code: "unknown-value", words: &["ReadOnly", "ReadWrite"] };

static SOCKETS: Record = record(&[optional(
    "allowedAddresses",
    Shape::List { of: &Shape::Text(&form::ALLOWED_ADDRESS), min: 0, max: 64 },
)]);

static KEYVALUE: Record = record(&[optional(
    "buckets",
    Shape::List { of: &Shape::Text(&form::BUCKET), min: 0, max: 16 },
)]);

/// Only the options of the type itself may be there, and `grpc` cannot do without its own.
fn options_of_type(subject: &Subject<'_>) -> Vec<Finding> {
    let word = entry(subject.entries, "type").and_then(|e| e.value.scalar()).map(|s| &*s.text);
    let Some(kind) = CapabilityType::ALL.into_iter().find(|kind| Some(kind.as_str()) == word)
    else {
        return Vec::new();
    };
    let own = kind.options_key();
    let mut findings: Vec<Finding> = CapabilityType::ALL
        .into_iter()
        .filter_map(|other| Some((other, other.options_key()?)))
        .filter(|(_, key)| Some(*key) != own && entry(subject.entries, key).is_some())
        .map(|(other, key)| foreign_options(subject, kind, other, key))
        .collect();
    let missing = entry(subject.entries, "grpc").is_none_or(|entry| entry.value.is_null());
    if kind == CapabilityType::Grpc && missing {
        let problem = Problem::new(
            "missing-field",
            "grpc",
            format!("{} has no `grpc` with the methods that may be called", subject.title),
        )
        .expected("`grpc: {paths: {KEY: /package.Service/Method}}`")
        .fix("add `grpc` with `paths`");
        findings.push(Finding { key: "type", problem });
    }
    findings
}

fn foreign_options(
    subject: &Subject<'_>,
    kind: CapabilityType,
    other: CapabilityType,
    key: &'static str,
) -> Finding {
    let (kind, other, own) = (kind.as_str(), other.as_str(), kind.options_key());
    let message = format!("{} is of type `{kind}` but has the options of `{other}`", subject.title);
    let expected = match own {
        Some(own) => format!("`{own}`, or no options"),
        None => format!("no options; `{kind}` has none"),
    };
    let problem = Problem::new("options-of-another-type", key, message)
        .expected(expected)
        .found(format!("`{key}`"))
        .fix(format!("remove `{key}`, or write `type: {other}`"));
    Finding { key, problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_those_of_the_type() {
        let words: Vec<_> = CapabilityType::ALL.into_iter().map(CapabilityType::as_str).collect();
        assert_eq!(TYPES.words, words);
        for key in CapabilityType::ALL.into_iter().filter_map(CapabilityType::options_key) {
            assert!(CAPABILITY.fields.iter().any(|field| field.key == key), "{key}");
        }
    }
}
