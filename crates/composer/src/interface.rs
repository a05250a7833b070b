//! Names of interfaces and the one rule by which versions fit. Knows nothing of components.

use semver::Version;

/// `namespace:package/interface`, optionally `@version`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InterfaceName<'a> {
    pub(crate) path: &'a str,
    pub(crate) version: Option<Version>,
}

impl<'a> InterfaceName<'a> {
    /// Text that is no version counts as part of no version at all; such names only match exactly.
    pub(crate) fn parse(name: &'a str) -> Self {
        let (path, version) = match name.split_once('@') {
            Some((path, version)) => (path, Version::parse(version).ok()),
            None => (name, None),
        };
        Self { path, version }
    }

    /// The last segment: `store` of `wasi:config/store`.
    pub(crate) fn short(&self) -> &'a str {
        self.path.rsplit('/').next().unwrap_or(self.path)
    }
}

/// How an offered interface relates to a needed one of the same path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    Fits,
    /// Same track, but the offered version is lower.
    TooOld,
    /// At least one is a pre-release, and they are not the same one.
    PrereleaseDiffers,
    /// Another major version, or another minor version below 1.0.
    OtherTrack,
}

/// `None` when the paths differ. Build metadata never counts.
pub(crate) fn fit(needed: &str, offered: &str) -> Option<Fit> {
    if needed == offered {
        return Some(Fit::Fits);
    }
    let (needed, offered) = (InterfaceName::parse(needed), InterfaceName::parse(offered));
    if needed.path != offered.path {
        return None;
    }
    Some(match (needed.version, offered.version) {
        (Some(needed), Some(offered)) => versions(&needed, &offered),
        (None, None) => Fit::Fits,
        _ => Fit::OtherTrack,
    })
}

fn versions(needed: &Version, offered: &Version) -> Fit {
    if needed.cmp_precedence(offered).is_eq() {
        return Fit::Fits;
    }
    if !needed.pre.is_empty() || !offered.pre.is_empty() {
        return Fit::PrereleaseDiffers;
    }
    if track_of(needed) != track_of(offered) {
        return Fit::OtherTrack;
    }
    if offered >= needed { Fit::Fits } else { Fit::TooOld }
}

/// Versions of one track replace each other upwards: `1`, `0.2`, `0.0.3`, `0.2.0-rc.1`.
fn track_of(version: &Version) -> String {
    match (version.pre.is_empty(), version.major, version.minor) {
        (false, ..) => {
            format!("{}.{}.{}-{}", version.major, version.minor, version.patch, version.pre)
        }
        (true, 0, 0) => format!("0.0.{}", version.patch),
        (true, 0, minor) => format!("0.{minor}"),
        (true, major, _) => major.to_string(),
    }
}

/// Path and track as one key: interfaces with equal keys are the same interface to a host.
pub(crate) fn track(name: &str) -> String {
    let parsed = InterfaceName::parse(name);
    match &parsed.version {
        Some(version) => format!("{}@{}", parsed.path, track_of(version)),
        None => parsed.path.to_owned(),
    }
}

/// The higher of two names of one track; at equal precedence the one that sorts first.
pub(crate) fn higher<'a>(left: &'a str, right: &'a str) -> &'a str {
    let versions = (InterfaceName::parse(left).version, InterfaceName::parse(right).version);
    let order = match versions {
        (Some(left), Some(right)) => left.cmp_precedence(&right),
        _ => std::cmp::Ordering::Equal,
    };
    match order {
        std::cmp::Ordering::Less => right,
        std::cmp::Ordering::Greater => left,
        std::cmp::Ordering::Equal => left.min(right),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_fit_by_track_and_order() {
        for (needed, offered, expected) in [
            ("a:b/c@1.2.0", "a:b/c@1.3.0", Some(Fit::Fits)),
            ("a:b/c@1.3.0", "a:b/c@1.2.0", Some(Fit::TooOld)),
            ("a:b/c@1.3.0", "a:b/c@2.0.0", Some(Fit::OtherTrack)),
            ("a:b/c@0.2.0", "a:b/c@0.2.12", Some(Fit::Fits)),
            ("a:b/c@0.2.0", "a:b/c@0.3.0", Some(Fit::OtherTrack)),
            ("a:b/c@0.0.1", "a:b/c@0.0.2", Some(Fit::OtherTrack)),
            ("a:b/c@0.2.0-rc.2", "a:b/c@0.2.0-rc.2+patch", Some(Fit::Fits)),
            ("a:b/c@0.2.0-rc.1", "a:b/c@0.2.0-rc.2", Some(Fit::PrereleaseDiffers)),
            ("a:b/c@0.2.0-rc.1", "a:b/c@0.2.0", Some(Fit::PrereleaseDiffers)),
            ("a:b/c", "a:b/c", Some(Fit::Fits)),
            ("a:b/c", "a:b/c@1.0.0", Some(Fit::OtherTrack)),
            ("a:b/c@1.0.0", "a:b/d@1.0.0", None),
        ] {
            assert_eq!(fit(needed, offered), expected, "{needed} from {offered}");
        }
    }

    #[test]
    fn higher_prefers_the_later_version_of_a_track() {
        assert_eq!(higher("a:b/c@0.2.9", "a:b/c@0.2.12"), "a:b/c@0.2.12");
        assert_eq!(higher("a:b/c@0.2.0+b", "a:b/c@0.2.0+a"), "a:b/c@0.2.0+a");
        assert_eq!(track("a:b/c@0.2.9"), track("a:b/c@0.2.12"));
    }
}
