//! Where artifacts and directories are. Nothing is opened here.

use super::network::not_usable;
use super::{Form, Verdict, form, verdict};
use crate::manifest::Name;
use crate::value::{Endpoint, ImageReference};

pub(in crate::shape) static FILE: Form = form(
    "bad-path",
    4096,
    |text| {
        if text.contains("://") {
            return Err("is an address, not a path".into());
        }
        verdict(!text.is_empty() && !text.contains(char::is_control), "is not a path")
    },
    "a path relative to the manifest",
    "write the path of a component, such as `target/guest.wasm`",
);

pub(in crate::shape) static DIRECTORY: Form = form(
    "bad-path",
    4096,
    |text| verdict(!text.is_empty() && !text.contains(char::is_control), "is not a path"),
    "the path of a directory",
    "write the path of a directory, such as `data`",
);

pub(in crate::shape) static BUILTIN: Form = form(
    "bad-name",
    63,
    |text| verdict(Name::has_valid_form(text), "is not a valid name"),
    "one of `hello-log`, `otel-to-grpc`, `grpc-to-http`",
    "write the name of a component that is shipped with the runtime node",
)
.like(Name::PATTERN);

pub(in crate::shape) static IMAGE: Form = form(
    "bad-reference",
    512,
    |text| ImageReference::parse(text).map(|_| ()).map_err(|error| error.to_string()),
    "an OCI reference such as `registry.example/team/guest:1.2`",
    "write registry, repository, and a tag or digest",
);

pub(in crate::shape) static DIGEST: Form = form(
    "bad-digest",
    71,
    digest,
    "`sha256:` and 64 hex digits in lower case",
    "copy the digest that `runtime-node inspect FILE` prints",
)
.like("^sha256:[0-9a-f]{64}$");

fn digest(text: &str) -> Verdict {
    let hex = text.strip_prefix("sha256:").ok_or("does not begin with `sha256:`")?;
    if hex.len() != 64 {
        return Err(format!("has {} digits after `sha256:`, not 64", hex.chars().count()));
    }
    let good = hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    verdict(good, "has characters other than 0–9 and a–f after `sha256:`")
}

pub(in crate::shape) static URL: Form = form(
    "bad-url",
    2048,
    |text| Endpoint::of_url(text).map(|_| ()).map_err(not_usable),
    "an address such as `https://example.com/guest.wasm`",
    "write the whole address, beginning with `https://`",
);
