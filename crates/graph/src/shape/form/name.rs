//! Names, keys and labels. They know the alphabet of each, not whether anybody has the name.

use super::{Form, Verdict, form, made_of, verdict, word};
use crate::manifest::{API_VERSION, KIND, Name};

pub(in crate::shape) static API: Form = form(
    "wrong-api-version",
    128,
    |text| equal(text, API_VERSION),
    "`componentgraph.dev/v1alpha1`",
    "write `apiVersion: componentgraph.dev/v1alpha1`",
);

fn equal(text: &str, wanted: &str) -> Verdict {
    if text == wanted { Ok(()) } else { Err(format!("is not `{wanted}`")) }
}

pub(in crate::shape) static KIND_NAME: Form = form(
    "wrong-kind",
    128,
    |text| equal(text, KIND),
    "`ComponentGraph`",
    "write `kind: ComponentGraph`, or give this command a file that holds one",
);

const NAME_FIX: &str =
    "use lower-case letters, digits and `-`; begin with a letter and do not end with `-`";

pub(in crate::shape) static GRAPH_NAME: Form = form(
    "bad-name",
    Name::MAX_GRAPH,
    name,
    "a name like `^[a-z]([-a-z0-9]*[a-z0-9])?$`, at most 52 characters",
    NAME_FIX,
)
.like(Name::PATTERN);

pub(in crate::shape) static NAME: Form = form(
    "bad-name",
    Name::MAX,
    name,
    "a name like `^[a-z]([-a-z0-9]*[a-z0-9])?$`, at most 63 characters",
    NAME_FIX,
)
.like(Name::PATTERN);

/// The name of another entry. Whether one has it is asked later, and says more than its form.
pub(in crate::shape) static REFERENCE: Form = form(
    "bad-name",
    Name::MAX,
    |text| verdict(!text.is_empty(), "is empty"),
    "the name of a component or capability",
    "write the name",
);

fn name(text: &str) -> Verdict {
    verdict(Name::has_valid_form(text), "is not a valid name")
}

pub(in crate::shape) static NAMESPACE: Form = form(
    "bad-name",
    63,
    |text| verdict(is_dns_label(text), "is not a valid namespace"),
    "lower-case letters, digits and `-`, at most 63 characters",
    "write the name of a namespace",
);

pub(in crate::shape) static OBJECT_NAME: Form = form(
    "bad-name",
    253,
    |text| verdict(text.split('.').all(is_dns_label), "is not a valid name of a Kubernetes object"),
    "lower-case letters, digits, `-` and `.`, at most 253 characters",
    "write the object's name as `kubectl get` shows it",
)
.like(r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$");

fn is_dns_label(text: &str) -> bool {
    let ok = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=63).contains(&text.len())
        && text.chars().all(ok)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// A key of a ConfigMap, Secret, `config` or `paths`.
pub(in crate::shape) static KEY: Form = form(
    "bad-key",
    253,
    |text| verdict(made_of(text, "-._"), "is not a valid key"),
    "letters, digits, `-`, `_` and `.`, at most 253 characters",
    "use these characters only",
)
.like("^[-._a-zA-Z0-9]+$");

pub(in crate::shape) static ATTRIBUTE: Form = form(
    "bad-key",
    253,
    |text| verdict(word(text), "is not a valid attribute name"),
    "text without spaces, at most 253 characters",
    "write a name such as `service.version`",
);

pub(in crate::shape) static ENV_NAME: Form = form(
    "bad-name",
    256,
    |text| {
        let digit = text.starts_with(|c: char| c.is_ascii_digit());
        verdict(made_of(text, "_") && !digit, "is not a valid name of a variable")
    },
    "letters, digits and `_`, not beginning with a digit",
    "use these characters only",
)
.like("^[_a-zA-Z][_a-zA-Z0-9]*$");

pub(in crate::shape) static LABEL_KEY: Form = form(
    "bad-label",
    317,
    |text| {
        let (prefix, name) = text.split_once('/').unwrap_or(("x", text));
        let good = label(name) && !name.is_empty() && prefix.split('.').all(is_dns_label);
        verdict(good, "is not a valid label key")
    },
    "a Kubernetes label key such as `team` or `example.com/team`",
    "use letters, digits, `-`, `_` and `.`, at most 63 characters after the `/`",
);

pub(in crate::shape) static LABEL_VALUE: Form = form(
    "bad-label",
    63,
    |text| verdict(label(text), "is not a valid label value"),
    "a Kubernetes label value, at most 63 characters",
    "use letters, digits, `-`, `_` and `.`, with a letter or digit at both ends",
);

fn label(text: &str) -> bool {
    let end = |c: char| !c.is_ascii_alphanumeric();
    text.len() <= 63
        && (text.is_empty() || made_of(text, "-_."))
        && !text.starts_with(end)
        && !text.ends_with(end)
}

pub(in crate::shape) static BUCKET: Form = form(
    "bad-name",
    253,
    |text| verdict(word(text), "is not a valid name of a bucket"),
    "text without spaces",
    "write the name by which components open the bucket",
);

pub(in crate::shape) static IMPORT: Form = form(
    "bad-import",
    512,
    |text| verdict(word(text), "is not the name of an import"),
    "an interface such as `wasi:otel/logs`, with or without its version",
    "copy the import that `runtime-node inspect FILE` prints",
);

pub(in crate::shape) static FUNCTION: Form = form(
    "bad-function",
    512,
    |text| verdict(word(text), "is not the name of a function"),
    "`log`, `test.log` or `modulewise:otel-example/test#log`",
    "copy the function that `runtime-node inspect FILE` prints",
);
