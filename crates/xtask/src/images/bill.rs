//! The bill of materials of an image, as SPDX 2.3: the crates its program is linked from, and the
//! libraries beside it. Reads what cargo tells; knows nothing of what the crates do.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::{Value, json};

use super::content::{self, Entry, Kind};
use super::layer::digest;
use super::layout::Image;
use crate::project::Project;
use crate::step;

/// The part of `Cargo.lock` that is used here.
#[derive(Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
    source: Option<String>,
    checksum: Option<String>,
}

/// A crate with those it is linked from.
#[derive(Debug, Default, PartialEq, Eq)]
struct Crate {
    licence: String,
    needs: BTreeSet<Key>,
}

/// Name and version.
type Key = (String, String);

pub(super) fn write(
    project: &Project,
    package: &str,
    image: &Image,
    entries: &[Entry],
) -> Result<String> {
    let args = ["tree", "--locked", "--package", package, "--edges", "normal,no-proc-macro"];
    let mut command = step::cargo(project, args);
    let tree = step::output(command.args(["--prefix", "depth", "--format", " {p}|{l}"]))?;
    let lock = std::fs::read_to_string(project.root().join("Cargo.lock"))?;
    let lock: Lock = toml::from_str(&lock).context("Cargo.lock")?;
    let crates = crates(&tree)?;
    let root = crates.keys().find(|(name, _)| name == package).cloned();
    let root = root.with_context(|| format!("cargo tree does not show {package}"))?;
    let libraries = libraries(entries);
    let name = format!("componentgraph-{package}-{}", root.1);
    let document = document(&name, &root, &image.digest()?, &crates, &lock, &libraries);
    Ok(format!("{document:#}\n"))
}

/// Reads lines like `1serde v1.0.0|MIT`. A crate shown before carries a mark and no children.
fn crates(tree: &str) -> Result<BTreeMap<Key, Crate>> {
    let mut found: BTreeMap<Key, Crate> = BTreeMap::new();
    let mut path: Vec<Key> = Vec::new();
    for line in tree.lines().filter(|line| !line.is_empty()) {
        let odd = || format!("cargo tree wrote {line:?}");
        let (depth, rest) = line.split_once(' ').with_context(odd)?;
        let (id, licence) = rest.split_once('|').with_context(odd)?;
        let mut words = id.split(' ');
        let name = words.next().with_context(odd)?.to_owned();
        let version = words.next().with_context(odd)?.trim_start_matches('v').to_owned();
        let key = (name, version);
        path.truncate(depth.parse().with_context(odd)?);
        if let Some(parent) = path.last() {
            found.entry(parent.clone()).or_default().needs.insert(key.clone());
        }
        let licence = licence.trim_end_matches("(*)").trim();
        found.entry(key.clone()).or_default().licence = licence.replace('/', " OR ");
        path.push(key);
    }
    Ok(found)
}

/// Name, version and digest of the libraries in the image.
fn libraries(entries: &[Entry]) -> Vec<Value> {
    let libraries = entries.iter().filter(|entry| entry.kind == Kind::Library);
    libraries
        .map(|entry| {
            let file = entry.path.rsplit('/').next().unwrap_or_default();
            let owner = content::package(&format!("/{}", entry.path));
            let (name, version) = owner.unwrap_or((file.to_owned(), "NOASSERTION".into()));
            json!({
                "SPDXID": id(&["Library", file]),
                "name": name,
                "versionInfo": version,
                "packageFileName": format!("/{}", entry.path),
                "checksums": checksum(digest(&entry.bytes).trim_start_matches("sha256:")),
                "primaryPackagePurpose": "LIBRARY",
                "downloadLocation": "NOASSERTION",
                "licenseConcluded": "NOASSERTION",
                "licenseDeclared": "NOASSERTION",
                "copyrightText": "NOASSERTION",
                "filesAnalyzed": false,
            })
        })
        .collect()
}

fn document(
    name: &str,
    root: &Key,
    image: &str,
    crates: &BTreeMap<Key, Crate>,
    lock: &Lock,
    libraries: &[Value],
) -> Value {
    let image_id = id(&["Image", &root.0]);
    let mut packages = vec![image_package(&image_id, root, image)];
    let mut relations = vec![
        relation("SPDXRef-DOCUMENT", "DESCRIBES", &image_id),
        relation(&image_id, "CONTAINS", &crate_id(root)),
    ];
    for (key, one) in crates {
        packages.push(crate_package(key, one, lock));
        let needs = one.needs.iter();
        relations.extend(needs.map(|need| relation(&crate_id(key), "DEPENDS_ON", &crate_id(need))));
    }
    for library in libraries {
        let library_id = library.get("SPDXID").and_then(Value::as_str).unwrap_or_default();
        relations.push(relation(&image_id, "CONTAINS", library_id));
        packages.push(library.clone());
    }
    let unique = image.trim_start_matches("sha256:");
    json!({
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": name,
        "documentNamespace": format!("https://spdx.org/spdxdocs/{name}-{unique}"),
        // The same image has the same bill, whenever it is made.
        "creationInfo": {"created": "1970-01-01T00:00:00Z", "creators": ["Tool: cargo-xtask-images"]},
        "packages": packages,
        "relationships": relations,
    })
}

fn image_package(id: &str, root: &Key, digest: &str) -> Value {
    json!({
        "SPDXID": id,
        "name": format!("componentgraph/{}", root.0),
        "versionInfo": root.1,
        "checksums": checksum(digest.trim_start_matches("sha256:")),
        "primaryPackagePurpose": "CONTAINER",
        "downloadLocation": "NOASSERTION",
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": env!("CARGO_PKG_LICENSE"),
        "copyrightText": "NOASSERTION",
        "filesAnalyzed": false,
    })
}

fn crate_package((name, version): &Key, one: &Crate, lock: &Lock) -> Value {
    let locked = lock.package.iter().find(|p| p.name == *name && p.version == *version);
    let published = locked.is_some_and(|locked| locked.source.is_some());
    let location = match published {
        true => format!("https://crates.io/api/v1/crates/{name}/{version}/download"),
        false => "NOASSERTION".to_owned(),
    };
    let licence = if one.licence.is_empty() { "NOASSERTION" } else { &one.licence };
    let mut package = json!({
        "SPDXID": crate_id(&(name.clone(), version.clone())),
        "name": name,
        "versionInfo": version,
        "primaryPackagePurpose": "LIBRARY",
        "downloadLocation": location,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": licence,
        "copyrightText": "NOASSERTION",
        "filesAnalyzed": false,
    });
    if let Some(fields) = package.as_object_mut() {
        if let Some(sum) = locked.and_then(|locked| locked.checksum.as_deref()) {
            fields.insert("checksums".into(), checksum(sum));
        }
        if published {
            let purl = json!([{
                "referenceCategory": "PACKAGE-MANAGER",
                "referenceType": "purl",
                "referenceLocator": format!("pkg:cargo/{name}@{version}"),
            }]);
            fields.insert("externalRefs".into(), purl);
        }
    }
    package
}

fn checksum(hex: &str) -> Value {
    json!([{"algorithm": "SHA256", "checksumValue": hex}])
}

fn relation(from: &str, kind: &str, to: &str) -> Value {
    json!({"spdxElementId": from, "relationshipType": kind, "relatedSpdxElement": to})
}

fn crate_id((name, version): &Key) -> String {
    id(&["Crate", name, version])
}

/// Of letters, digits, dots and hyphens, as the format wants.
fn id(parts: &[&str]) -> String {
    let allowed = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
    let name: String = parts.join("-").chars().map(allowed).collect();
    format!("SPDXRef-{name}")
}

#[cfg(test)]
mod tests {
    use expect_test::expect_file;

    use super::*;

    const TREE: &str = "0 program v1.0.0 (/home/me)|Apache-2.0\n\
        1 one v0.1.0|MIT/Apache-2.0\n\
        2 two v0.2.0+x|MIT\n\
        1 two v0.2.0+x|MIT (*)\n";

    #[test]
    fn a_crate_shown_again_is_needed_again() {
        let crates = crates(TREE).unwrap();
        let key = |name: &str, version: &str| (name.to_owned(), version.to_owned());
        let (program, one, two) =
            (key("program", "1.0.0"), key("one", "0.1.0"), key("two", "0.2.0+x"));
        assert_eq!(crates[&program].needs, BTreeSet::from([one.clone(), two.clone()]));
        assert_eq!(crates[&one].needs, BTreeSet::from([two.clone()]));
        assert_eq!(
            (crates[&one].licence.as_str(), crates[&two].licence.as_str()),
            ("MIT OR Apache-2.0", "MIT")
        );
        assert_eq!(crates.len(), 3);
    }

    #[test]
    fn document_of_a_small_program() {
        let lock = r#"
            package = [
                {name = "program", version = "1.0.0"},
                {name = "one", version = "0.1.0", source = "registry", checksum = "11"},
                {name = "two", version = "0.2.0+x", source = "registry", checksum = "22"},
            ]"#;
        let library = json!({"SPDXID": "SPDXRef-Library-libc.so.6", "name": "libc6"});
        let document = document(
            "componentgraph-program-1.0.0",
            &("program".into(), "1.0.0".into()),
            "sha256:00",
            &crates(TREE).unwrap(),
            &toml::from_str(lock).unwrap(),
            &[library],
        );
        expect_file!["testdata/bill.json"].assert_eq(&format!("{document:#}\n"));
    }
}
