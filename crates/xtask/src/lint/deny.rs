//! Licences, banned crates and sources of everything in the lock files, by the tables of
//! `deny.toml`. Needs no network: cargo knows it all of the crates it has.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::licence;
use crate::project::Project;
use crate::step;

/// The part of cargo-deny's format that is used here.
#[derive(Deserialize)]
struct Policy {
    licenses: Licenses,
    bans: Bans,
    sources: Sources,
}

#[derive(Deserialize)]
struct Licenses {
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(Deserialize)]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
    reason: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Sources {
    allow_registry: Vec<String>,
}

/// The part of `cargo metadata` that is used here.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: Vec<String>,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    source: Option<String>,
}

/// Everything in the workspaces that `deny.toml` refuses.
pub(crate) fn check(project: &Project, workspaces: &[&str]) -> Result<Vec<String>> {
    let policy = std::fs::read_to_string(project.root().join("deny.toml")).context("deny.toml")?;
    let policy: Policy = toml::from_str(&policy).context("deny.toml")?;
    let mut findings = BTreeSet::new();
    for manifest in workspaces {
        let args = ["metadata", "--locked", "--format-version", "1", "--manifest-path", manifest];
        let metadata = step::output(&mut step::cargo(project, args))?;
        findings.extend(judge(&policy, &serde_json::from_str(&metadata)?));
    }
    Ok(findings.into_iter().collect())
}

fn judge(policy: &Policy, metadata: &Metadata) -> Vec<String> {
    let foreign = metadata.packages.iter().filter(|p| !metadata.workspace_members.contains(&p.id));
    let mut findings = Vec::new();
    for package in foreign {
        let name = format!("{} {}", package.name, package.version);
        findings.extend(licence_of(policy, package).map(|what| format!("{name}: {what}")));
        findings.extend(source_of(policy, package).map(|what| format!("{name}: {what}")));
        for ban in policy.bans.deny.iter().filter(|ban| ban.name == package.name) {
            findings.push(format!("{name} is banned: {}", ban.reason));
        }
    }
    findings
}

fn licence_of(policy: &Policy, package: &Package) -> Option<String> {
    let Some(expression) = &package.license else { return Some("names no licence".into()) };
    match licence::allowed(expression, &policy.licenses.allow) {
        Some(true) => None,
        Some(false) => Some(format!("licence `{expression}` is not allowed")),
        None => Some(format!("licence `{expression}` is not an SPDX expression")),
    }
}

fn source_of(policy: &Policy, package: &Package) -> Option<String> {
    let Some(source) = &package.source else {
        return Some("comes from a folder outside of the workspace".into());
    };
    let registry = source.strip_prefix("registry+");
    let known = |url: &str| policy.sources.allow_registry.iter().any(|allowed| allowed == url);
    (!registry.is_some_and(known)).then(|| format!("comes from `{source}`"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_table_is_heeded() {
        let policy = r#"
            licenses.allow = ["MIT"]
            bans.deny = [{ crate = "bad", reason = "it is bad" }]
            sources.allow-registry = ["https://example"]
        "#;
        let package = |name: &str, license: &str, source: Option<&str>| json!({"id": name, "name": name, "version": "1.0.0", "license": license, "source": source});
        let here = Some("registry+https://example");
        let metadata = json!({
            "workspace_members": ["own"],
            "packages": [
                package("own", "GPL-3.0", None),
                package("good", "MIT", here),
                package("bad", "MIT", here),
                package("sued", "GPL-3.0", here),
                package("odd", "see file", here),
                package("git", "MIT", Some("git+https://example")),
                package("path", "MIT", None),
            ],
        });
        let policy = toml::from_str(policy).unwrap();
        let findings = judge(&policy, &serde_json::from_value(metadata).unwrap());
        assert_eq!(
            findings,
            [
                "bad 1.0.0 is banned: it is bad",
                "sued 1.0.0: licence `GPL-3.0` is not allowed",
                "odd 1.0.0: licence `see file` is not an SPDX expression",
                "git 1.0.0: comes from `git+https://example`",
                "path 1.0.0: comes from a folder outside of the workspace",
            ]
        );
    }
}
