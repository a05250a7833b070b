//! OCI references: where an artifact is in a registry. It splits and checks their text and asks
//! nobody.

use std::fmt;

use thiserror::Error;

use super::endpoint::split_authority;

/// Where references lead that name no registry.
const DEFAULT_REGISTRY: &str = "docker.io";
/// The host that serves what is named `docker.io`.
const DEFAULT_HOST: &str = "registry-1.docker.io";
const DEFAULT_TAG: &str = "latest";

/// An artifact in a registry: `registry/repository:tag` or `registry/repository@sha256:…`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImageReference {
    /// As written, such as `ghcr.io` or `localhost:5000`; `docker.io` where none was.
    pub registry: String,
    /// Such as `team/guest`.
    pub repository: String,
    pub version: ImageVersion,
}

/// Which artifact of a repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ImageVersion {
    Tag(String),
    /// Digest of a manifest. A tag before it is only for people.
    Digest(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ImageError {
    #[error("begins with a scheme; remove `{0}://`")]
    Scheme(String),
    #[error("has capital letters in the repository, and registries allow none")]
    Capitals,
    #[error("has a registry that is not a host, optionally with a port")]
    Registry,
    #[error("has a tag with other characters than letters, digits, `-`, `_` and `.`")]
    Tag,
    #[error("has `@` without `sha256:` and 64 hex digits in lower case after it")]
    Digest,
    #[error("is not an OCI reference")]
    Form,
}

impl ImageReference {
    pub fn parse(text: &str) -> Result<Self, ImageError> {
        if let Some((scheme, _)) = text.split_once("://") {
            return Err(ImageError::Scheme(scheme.escape_default().take(20).collect()));
        }
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) if is_digest(digest) => (name, Some(digest)),
            Some(_) => return Err(ImageError::Digest),
            None => (text, None),
        };
        let (path, tag) = split_tag(name);
        if tag.is_some_and(|tag| !is_tag(tag)) {
            return Err(ImageError::Tag);
        }
        let (registry, repository) = split_registry(path);
        if registry.is_some_and(|registry| split_authority(registry).is_err()) {
            return Err(ImageError::Registry);
        }
        if repository.contains(|c: char| c.is_ascii_uppercase()) {
            return Err(ImageError::Capitals);
        }
        if !repository.split('/').all(is_step) {
            return Err(ImageError::Form);
        }
        let version = match (digest, tag) {
            (Some(digest), _) => ImageVersion::Digest(digest.to_owned()),
            (None, tag) => ImageVersion::Tag(tag.unwrap_or(DEFAULT_TAG).to_owned()),
        };
        // What Docker publishes itself is below a path that nobody writes.
        let official = registry.is_none_or(|r| r == DEFAULT_REGISTRY) && !repository.contains('/');
        Ok(Self {
            registry: registry.unwrap_or(DEFAULT_REGISTRY).to_owned(),
            repository: format!("{}{repository}", if official { "library/" } else { "" }),
            version,
        })
    }

    /// Host, optionally with a port, that is really asked.
    pub fn authority(&self) -> &str {
        if self.registry == DEFAULT_REGISTRY { DEFAULT_HOST } else { &self.registry }
    }

    /// The same repository, whatever the version.
    pub fn is_sibling(&self, other: &Self) -> bool {
        (&self.registry, &self.repository) == (&other.registry, &other.repository)
    }
}

impl fmt::Display for ImageReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { registry, repository, version } = self;
        match version {
            ImageVersion::Tag(tag) => write!(f, "{registry}/{repository}:{tag}"),
            ImageVersion::Digest(digest) => write!(f, "{registry}/{repository}@{digest}"),
        }
    }
}

impl ImageVersion {
    pub fn as_str(&self) -> &str {
        match self {
            Self::Tag(text) | Self::Digest(text) => text,
        }
    }
}

/// `sha256:` and 64 hex digits in lower case.
fn is_digest(text: &str) -> bool {
    let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    text.strip_prefix("sha256:").is_some_and(|digits| digits.len() == 64 && digits.bytes().all(hex))
}

/// A colon before the last slash belongs to a port.
fn split_tag(name: &str) -> (&str, Option<&str>) {
    match name.rsplit_once(':') {
        Some((path, tag)) if !tag.contains('/') => (path, Some(tag)),
        _ => (name, None),
    }
}

/// The first step is a registry only if it cannot be part of a repository.
fn split_registry(path: &str) -> (Option<&str>, &str) {
    match path.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':', '[']) || first == "localhost" => {
            (Some(first), rest)
        }
        _ => (None, path),
    }
}

fn is_tag(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && !text.starts_with(['-', '.'])
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c))
}

fn is_step(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(['-', '.', '_'])
        && !text.ends_with(['-', '.', '_'])
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-._".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_registry_repository_and_version() {
        let hex = "a".repeat(64);
        let check = |text: &str, expect: &str, host: &str| {
            let image = ImageReference::parse(text).unwrap();
            assert_eq!((image.to_string().as_str(), image.authority()), (expect, host), "{text}");
        };
        check("ghcr.io/team/guest:1.2", "ghcr.io/team/guest:1.2", "ghcr.io");
        check("ghcr.io/guest", "ghcr.io/guest:latest", "ghcr.io");
        check("localhost/guest:1", "localhost/guest:1", "localhost");
        check("localhost:5000/guest", "localhost:5000/guest:latest", "localhost:5000");
        check("[::1]:5000/guest:a", "[::1]:5000/guest:a", "[::1]:5000");
        check("guest", "docker.io/library/guest:latest", "registry-1.docker.io");
        check("team/guest:1", "docker.io/team/guest:1", "registry-1.docker.io");
        let pinned = format!("ghcr.io/guest:1@sha256:{hex}");
        check(&pinned, &format!("ghcr.io/guest@sha256:{hex}"), "ghcr.io");
    }

    #[test]
    fn everything_else_says_why() {
        for (text, error) in [
            ("oci://ghcr.io/guest", ImageError::Scheme("oci".into())),
            ("ghcr.io/Team/guest", ImageError::Capitals),
            ("ghcr.io:http/guest", ImageError::Registry),
            ("ghcr.io/guest:", ImageError::Tag),
            ("ghcr.io/guest:a b", ImageError::Tag),
            ("ghcr.io/guest:-a", ImageError::Tag),
            ("ghcr.io/guest@sha256:12", ImageError::Digest),
            ("ghcr.io/guest@md5:12", ImageError::Digest),
            ("", ImageError::Form),
            ("ghcr.io/", ImageError::Form),
            ("ghcr.io/a//b", ImageError::Form),
            ("ghcr.io/../b", ImageError::Form),
        ] {
            assert_eq!(ImageReference::parse(text), Err(error), "{text}");
        }
    }
}
