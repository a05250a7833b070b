//! The chart, as helm sees it: it is well-formed, every set of values under `ci/` gives the objects
//! it should, and wrong values are refused by name. What the objects do is tried on a cluster.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize as _;
use serde_yaml::Value;

use crate::project::Project;
use crate::step;

/// helm takes the oldest Kubernetes it knows when it asks no cluster.
const KUBERNETES: &str = "1.33";

/// Values a user may get wrong, and what must be named in the answer.
const WRONG: [(&str, &str); 7] = [
    ("artifacts.registryCa=ca.crt", "'/artifacts/registryCa'"),
    ("replicas=2", "additional properties 'replicas' not allowed"),
    ("replicaCount=many", "'/replicaCount'"),
    ("collector.endpoint=otelcol:4317", "'/collector/endpoint'"),
    ("runtime.upgrade=Now", "'OnNextChange', 'Automatic'"),
    ("watchNamespaces={Shop}", "'/watchNamespaces/0'"),
    ("image.digest=latest", "'/image/digest'"),
];

pub(crate) fn run(project: &Project, helm: &Path) -> Result<()> {
    let chart = project.root().join("charts/componentgraph");
    step::output(Command::new(helm).args(["lint", "--strict"]).arg(&chart))?;
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(chart.join("ci"))? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let mut command = template(helm, &chart);
        let objects = step::output(command.arg("--values").arg(&path))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        found.insert(name, summary(&objects).with_context(|| format!("{}", path.display()))?);
    }
    compare(&chart.join("ci/objects.txt"), &found)?;
    for (value, expected) in WRONG {
        let refused = step::output(template(helm, &chart).args(["--set", value]));
        let Err(error) = refused else { bail!("the chart takes {value}") };
        ensure!(error.to_string().contains(expected), "for {value} helm says: {error}");
    }
    eprintln!("chart: {} sets of values, {} mistakes: ok", found.len(), WRONG.len());
    Ok(())
}

fn template(helm: &Path, chart: &Path) -> Command {
    let mut command = Command::new(helm);
    command.args(["template", "componentgraph"]).arg(chart);
    command.args(["--namespace", "system", "--kube-version", KUBERNETES]);
    command
}

/// Kind, namespace and name of every object, in order.
fn summary(objects: &str) -> Result<String> {
    let mut lines = Vec::new();
    for document in serde_yaml::Deserializer::from_str(objects) {
        let object = Value::deserialize(document)?;
        if object.is_null() {
            continue;
        }
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or("-").to_owned();
        let of = |key: &str| text(object.get("metadata").and_then(|metadata| metadata.get(key)));
        let kind = text(object.get("kind"));
        lines.push(format!("  {kind} {}/{}\n", of("namespace"), of("name")));
    }
    lines.sort();
    Ok(lines.concat())
}

fn compare(path: &Path, found: &BTreeMap<String, String>) -> Result<()> {
    let text: String = found.iter().map(|(name, objects)| format!("{name}\n{objects}")).collect();
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        return Ok(fs::write(path, text)?);
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    ensure!(
        expected == text,
        "{} does not say what the chart gives (UPDATE_EXPECT=1 rewrites it):\n{text}",
        path.display()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_listed_in_order() {
        let objects = "---\nkind: Pod\nmetadata: {name: b, namespace: n}\n---\n# nothing\n---\n\
            kind: ClusterRole\nmetadata: {name: a}\n";
        assert_eq!(summary(objects).unwrap(), "  ClusterRole -/a\n  Pod n/b\n");
        assert!(summary("kind: [").is_err());
    }

    #[test]
    fn a_difference_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("objects.txt");
        let found = BTreeMap::from([("a".to_owned(), "  Pod n/b\n".to_owned())]);
        assert!(compare(&path, &found).is_err());
        fs::write(&path, "a\n  Pod n/b\n").unwrap();
        compare(&path, &found).unwrap();
    }
}
