//! Words for what is wrong with an artifact. Knows every mistake of this room and how users mend
//! it; touches nothing.

mod server;

use std::path::Path;

use graph::{EndpointError, ImageError, Problem, nearest};

use crate::fetch::FetchError;
use crate::load::Failure;
use crate::local::{LocalError, Neighbours};
use crate::origin::{Options, Origin, Wanted};
use crate::registry::RegistryError;
use crate::{Kind, builtin_names};

pub(crate) use server::not_published;
use server::{mend_fetch, of_fetch, of_image, of_registry};

/// Stands where the path of a manifest field would stand.
pub(crate) fn substitute_field(component: &str) -> String {
    format!("--component {component}")
}

pub(crate) fn unknown_substitute(name: &str, components: &[&str]) -> Problem {
    let message = format!("no component is named `{name}`, so nothing can stand in for it");
    let fix = nearest(name, components.iter().copied()).map_or_else(
        || format!("use one of: {}", components.join(", ")),
        |nearest| format!("did you mean `{nearest}`?"),
    );
    Problem::new("unknown-component", substitute_field(name), message).fix(fix)
}

pub(crate) fn unknown_builtin(field: &str, component: &str, name: &str) -> Problem {
    let known = builtin_names().collect::<Vec<_>>().join(", ");
    let message = format!("component `{component}`: no built-in component is named `{name}`");
    let fix = nearest(name, builtin_names()).map_or_else(
        || "use one of these, or `file` for a component of your own".to_owned(),
        |nearest| format!("did you mean `{nearest}`?"),
    );
    let problem = Problem::new("unknown-builtin", field, message);
    problem.expected(format!("one of {known}")).found(format!("`{name}`")).fix(fix)
}

pub(crate) fn bad_reference(field: &str, component: &str, error: &ImageError) -> Problem {
    Problem::new("bad-reference", field, format!("component `{component}`: `image` {error}"))
        .fix("write registry, repository, and a tag or digest")
}

pub(crate) fn bad_url(field: &str, component: &str, url: &str, error: &EndpointError) -> Problem {
    let message = format!("component `{component}`: url `{url}` is not usable: {error}");
    Problem::new("bad-url", field, message)
        .fix("write an address such as `https://example.com/guest.wasm`")
}

pub(crate) fn not_allowed(field: &str, component: &str, authority: &str) -> Problem {
    let message = format!("component `{component}`: artifacts may not come from `{authority}`");
    Problem::new("registry-not-allowed", field, message)
        .fix("take it from an allowed registry, or ask whoever installed the operator to allow it")
}

pub(crate) fn no_source(field: &str, component: &str) -> Problem {
    Problem::new("no-source", field, format!("component `{component}` has no source"))
        .expected("one of file, builtin, configMapKeyRef, url, image")
        .fix("name the file of the component: `file: guest.wasm`")
}

pub(crate) fn no_config_maps(field: &str, component: &str, name: &str) -> Problem {
    let message =
        format!("component `{component}`: ConfigMap `{name}` cannot be read, none is mounted");
    Problem::new("no-config-maps", field, message)
        .fix(format!("outside a cluster give its file: --component {component}=FILE"))
}

pub(crate) fn bad_key(field: &str, component: &str, part: &str, text: &str) -> Problem {
    let message =
        format!("component `{component}`: `{text}` is not the {part} of a ConfigMap's entry");
    Problem::new("bad-config-map-key", format!("{field}.{part}"), message)
        .expected("letters, digits, `-`, `_` and `.`")
        .found(format!("`{text}`"))
        .fix("use the name as `kubectl get configmap` shows it")
}

pub(crate) fn no_digest(field: &str, component: &str, url: &str) -> Problem {
    let message = format!("component `{component}`: url `{url}` needs a `digest` beside it");
    Problem::new("missing-digest", field, message)
        .expected("digest: sha256: and 64 hex digits")
        .fix("add the digest of the file: sha256sum FILE")
}

/// Why an origin gave no bytes.
pub(crate) fn failure(wanted: &Wanted, failure: &Failure, options: &Options) -> Problem {
    let code = match failure {
        Failure::Local(LocalError::Missing(_)) => "file-missing",
        Failure::Local(LocalError::Directory) => "file-directory",
        Failure::Local(LocalError::Special) => "file-special",
        Failure::Local(LocalError::Unreadable(_)) => "file-unreadable",
        Failure::Local(LocalError::TooLarge { .. }) => "artifact-too-large",
        Failure::Fetch(error) => of_fetch(error),
        Failure::Registry(error) => of_registry(error),
    };
    let problem = Problem::new(code, &wanted.field, about(wanted, &failure.to_string()));
    match failure {
        Failure::Local(LocalError::Missing(neighbours)) => missing(problem, wanted, neighbours),
        Failure::Local(LocalError::TooLarge { found }) => too_large(problem, Some(*found), options),
        Failure::Fetch(FetchError::TooLarge { found })
        | Failure::Registry(RegistryError::Fetch(FetchError::TooLarge { found })) => {
            too_large(problem, *found, options)
        }
        Failure::Local(LocalError::Directory) => problem.fix("name a file in it"),
        Failure::Local(LocalError::Special) => problem.fix("copy its content into a file"),
        Failure::Local(LocalError::Unreadable(_)) => {
            problem.fix("check the path, and that this user may read it")
        }
        Failure::Fetch(error) | Failure::Registry(RegistryError::Fetch(error)) => {
            problem.fix(mend_fetch(error, &wanted.component))
        }
        Failure::Registry(error) => of_image(problem, error),
    }
}

/// The problem if `kind` is not a component.
pub(crate) fn wrong_kind(wanted: &Wanted, kind: &Kind) -> Option<Problem> {
    let message = about(wanted, &format!("is {kind}"));
    let problem = Problem::new(kind.code()?, &wanted.field, message);
    Some(match kind.fix() {
        Some(fix) => problem.fix(fix),
        None => problem,
    })
}

/// The problem if the manifest asks for another digest than `found`.
pub(crate) fn wrong_digest(wanted: &Wanted, found: &str) -> Option<Problem> {
    let (expected, field) = wanted.digest.as_ref()?;
    if expected.eq_ignore_ascii_case(found) {
        return None;
    }
    let message = about(wanted, "has other bytes than `digest` says");
    let problem = Problem::new("digest-mismatch", field, message).expected(expected).found(found);
    Some(problem.fix("bring back the right bytes, or set `digest` if the change is wanted"))
}

fn about(wanted: &Wanted, what: &str) -> String {
    match wanted.component.as_str() {
        "" => format!("{} {what}", wanted.subject),
        component => format!("component `{component}`: {} {what}", wanted.subject),
    }
}

fn missing(problem: Problem, wanted: &Wanted, neighbours: &Neighbours) -> Problem {
    let Origin::File(path) = &wanted.origin else { return problem };
    let folder = path.parent().unwrap_or(Path::new("")).display();
    let problem = problem.found(format!("nothing at `{}`", path.display()));
    match neighbours {
        Neighbours::NoDirectory => problem.fix(format!("there is no directory `{folder}`")),
        Neighbours::Similar(name) => problem.fix(format!("did you mean `{name}`?")),
        Neighbours::Wasm(names) if names.is_empty() => {
            problem.fix("build the component, or correct the path")
        }
        Neighbours::Wasm(names) => problem
            .fix(format!("build the component, or take one that is there: {}", names.join(", "))),
    }
}

fn too_large(problem: Problem, found: Option<u64>, options: &Options) -> Problem {
    let max = size(options.max_bytes);
    let found = found.map_or_else(|| format!("more than {max}"), size);
    problem
        .expected(format!("at most {max}"))
        .found(found)
        .fix("is it the right file? Otherwise build it smaller: optimised, without debug info")
}

/// Exact in the largest unit that divides.
fn size(bytes: u64) -> String {
    let units = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match units.iter().find(|(unit, _)| bytes > 0 && bytes.is_multiple_of(*unit)) {
        Some((unit, name)) => format!("{} {name}", bytes / unit),
        None => format!("{bytes} bytes"),
    }
}
