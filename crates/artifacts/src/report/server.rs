//! Words for what servers and registries say, and how users mend it.

use graph::{ImageReference, Problem};

use crate::fetch::FetchError;
use crate::registry::RegistryError;

/// Codes of what may go wrong between here and a server.
pub(super) fn of_fetch(error: &FetchError) -> &'static str {
    match error {
        FetchError::TooLarge { .. } => "artifact-too-large",
        FetchError::Untrusted(_) | FetchError::Authorities(_) => "untrusted-certificate",
        FetchError::Prohibited => "address-prohibited",
        _ => "fetch-failed",
    }
}

pub(super) fn of_registry(error: &RegistryError) -> &'static str {
    match error {
        RegistryError::NotFound { .. } => "image-not-found",
        RegistryError::Unauthorized { .. } | RegistryError::Challenge(_) => "image-unauthorized",
        RegistryError::NotAllowed { .. } => "registry-not-allowed",
        RegistryError::Layout(_) => "image-layout",
        RegistryError::Damaged { .. } => "digest-mismatch",
        RegistryError::Answer { .. } => "fetch-failed",
        RegistryError::Fetch(error) => of_fetch(error),
    }
}

pub(super) fn mend_fetch(error: &FetchError, component: &str) -> String {
    match error {
        FetchError::Untrusted(_) | FetchError::Authorities(_) => {
            "name the certificate of its authority: --registry-ca FILE, \
             or `artifacts.registryCa` of the chart"
                .to_owned()
        }
        FetchError::Prohibited => "take the artifact from another server".to_owned(),
        _ => format!("check the address, or give a file: --component {component}=FILE"),
    }
}

/// What a registry said of an image, and what can be done about it.
pub(super) fn of_image(problem: Problem, error: &RegistryError) -> Problem {
    const LOG_IN: &str = "log in with `docker login`, or name a pull secret in `imagePullSecrets`";
    match error {
        RegistryError::NotFound { anonymous: true, .. } => {
            problem.fix(format!("correct the reference; if it is not public, {LOG_IN}"))
        }
        RegistryError::NotFound { anonymous: false, .. } => {
            problem.fix("correct the reference, or push it: runtime-node push FILE REFERENCE")
        }
        RegistryError::Unauthorized { user: None, .. } | RegistryError::Challenge(_) => {
            problem.fix(LOG_IN)
        }
        RegistryError::Unauthorized { user: Some(_), .. } => {
            problem.fix("check the password, and that this user may read the repository")
        }
        RegistryError::NotAllowed { .. } => problem.fix(
            "take it from an allowed registry, or ask whoever installed the operator to allow it",
        ),
        RegistryError::Layout(_) => {
            problem.fix("push the component alone: runtime-node push FILE REFERENCE")
        }
        RegistryError::Damaged { wanted, found } => problem
            .expected(wanted)
            .found(found)
            .fix("push it again; something between registry and here is damaged"),
        RegistryError::Answer { .. } | RegistryError::Fetch(_) => {
            problem.fix("try again later, or ask whoever runs the registry")
        }
    }
}

/// Why a push failed.
pub(crate) fn not_published(image: &ImageReference, error: &RegistryError) -> Problem {
    let problem = Problem::new(of_registry(error), "", format!("image `{image}` {error}"));
    match error {
        RegistryError::Fetch(error) => problem.fix(match error {
            FetchError::Untrusted(_) => mend_fetch(error, ""),
            _ => "check the reference, and that the registry can be reached".to_owned(),
        }),
        RegistryError::Unauthorized { .. } | RegistryError::Challenge(_) => {
            problem.fix("log in with `docker login` as a user who may push there")
        }
        error => of_image(problem, error),
    }
}
