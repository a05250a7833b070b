//! The chart, as helm sees it: it is well-formed, every set of values under `ci/` gives the objects
//! it should, and wrong values are refused by name. What the objects do is tried on a cluster.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize as _;
use serde_yaml::Value;

use crate::project::Project;
use crate::{golden, step};

/// helm takes the oldest Kubernetes it knows when it asks no cluster.
const KUBERNETES: &str = "1.33";

/// Values a user may get wrong, and what must be named in the answer.
const WRONG: [(&str, &str); 15] = [
    ("artifacts.registryCa=ca.crt", "'/artifacts/registryCa'"),
    ("replicas=2", "additional properties 'replicas' not allowed"),
    ("replicaCount=many", "'/replicaCount'"),
    ("collector.endpoint=otelcol:4317", "'/collector/endpoint'"),
    ("runtime.upgrade=Now", "'OnNextChange', 'Automatic'"),
    ("watchNamespaces={Shop}", "'/watchNamespaces/0'"),
    ("image.digest=latest", "'/image/digest'"),
    ("nameOverride=Graphs", "'/nameOverride'"),
    ("networkPolicy.enabled=true", "additional properties 'enabled' not allowed"),
    ("networkPolicy.operator.egressPorts={https}", "'/networkPolicy/operator/egressPorts/0'"),
    ("rbac.create=maybe", "'/rbac/create'"),
    ("securityContext=none", "'/securityContext'"),
    ("priorityClassName=High", "'/priorityClassName'"),
    ("extraArgs=--concurrency=32", "'/extraArgs'"),
    ("extraEnv[0].value=x", "missing property 'name'"),
];

/// What helm or Kubernetes gives to every chart.
const COMMON: [&str; 2] = ["/global", "/resources/claims"];

/// Of the values that name everything, what the chart makes of pods and policies is read whole.
const EVERYTHING: &str = "everything-values.yaml";
const WHOLE: [&str; 3] = ["Deployment", "NetworkPolicy", "Pod"];

pub(crate) fn run(project: &Project, helm: &Path) -> Result<()> {
    let chart = project.root().join("charts/componentgraph");
    step::output(Command::new(helm).args(["lint", "--strict"]).arg(&chart))?;
    let hidden = hidden(&yaml(&chart, "values.yaml")?, &yaml(&chart, "values.schema.json")?, "");
    ensure!(hidden.is_empty(), "values.yaml does not show what the schema allows: {hidden:?}");
    let mut found = String::new();
    for (name, path) in values(&chart)? {
        let objects = step::output(template(helm, &chart).arg("--values").arg(&path))?;
        let objects = documents(&objects).with_context(|| format!("{}", path.display()))?;
        found.push_str(&format!("{name}\n{}", summary(&objects)));
        if name == EVERYTHING {
            golden::compare(&chart.join("ci/everything.yaml"), &whole(&objects)?)?;
        }
    }
    golden::compare(&chart.join("ci/objects.txt"), &found)?;
    for (value, expected) in WRONG {
        let refused = step::output(template(helm, &chart).args(["--set", value]));
        let Err(error) = refused else { bail!("the chart takes {value}") };
        ensure!(error.to_string().contains(expected), "for {value} helm says: {error}");
    }
    eprintln!("chart: every set of values, {} mistakes: ok", WRONG.len());
    Ok(())
}

/// Sets of values, by name.
fn values(chart: &Path) -> Result<BTreeMap<String, PathBuf>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(chart.join("ci"))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with("-values.yaml") {
            found.insert(name, entry.path());
        }
    }
    Ok(found)
}

fn template(helm: &Path, chart: &Path) -> Command {
    let mut command = Command::new(helm);
    command.args(["template", "componentgraph"]).arg(chart);
    command.args(["--namespace", "system", "--kube-version", KUBERNETES]);
    command
}

fn yaml(chart: &Path, name: &str) -> Result<Value> {
    Ok(serde_yaml::from_str(&fs::read_to_string(chart.join(name))?)?)
}

/// Values that may be set, and that nobody finds in the file that explains them.
fn hidden(values: &Value, schema: &Value, above: &str) -> Vec<String> {
    let mut found = Vec::new();
    let properties = schema.get("properties").and_then(Value::as_mapping);
    for (name, schema) in properties.into_iter().flatten() {
        let path = format!("{above}/{}", name.as_str().unwrap_or_default());
        match values.get(name) {
            Some(value) => found.extend(hidden(value, schema, &path)),
            None if COMMON.contains(&path.as_str()) => {}
            None => found.push(path),
        }
    }
    found
}

fn documents(text: &str) -> Result<Vec<Value>> {
    let mut found = Vec::new();
    for document in serde_yaml::Deserializer::from_str(text) {
        let object = Value::deserialize(document)?;
        if !object.is_null() {
            found.push(object);
        }
    }
    Ok(found)
}

/// Kind, namespace and name of every object, in order.
fn summary(objects: &[Value]) -> String {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or("-").to_owned();
    let line = |object: &Value| {
        let of = |key: &str| text(object.get("metadata").and_then(|metadata| metadata.get(key)));
        format!("  {} {}/{}\n", text(object.get("kind")), of("namespace"), of("name"))
    };
    let mut lines: Vec<_> = objects.iter().map(line).collect();
    lines.sort();
    lines.concat()
}

/// Objects of some kinds, as the API server would get them.
fn whole(objects: &[Value]) -> Result<String> {
    let is_wanted = |object: &&Value| {
        let kind = object.get("kind").and_then(Value::as_str);
        kind.is_some_and(|kind| WHOLE.contains(&kind))
    };
    let texts = objects.iter().filter(is_wanted).map(serde_yaml::to_string);
    Ok(texts.collect::<Result<Vec<_>, _>>()?.join("---\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_not_shown_is_found() {
        let schema = "{properties: {a: {properties: {b: {}, c: {}}}, d: {}, global: {}}}";
        let schema = serde_yaml::from_str(schema).unwrap();
        let of = |values: &str| hidden(&serde_yaml::from_str(values).unwrap(), &schema, "");
        assert_eq!(of("{a: {b: 1, c: null}, d: {}}"), [""; 0]);
        assert_eq!(of("{a: {b: 1}}"), ["/a/c", "/d"]);
    }

    #[test]
    fn objects_are_listed_in_order() {
        let objects = "---\nkind: Pod\nmetadata: {name: b, namespace: n}\n---\n# nothing\n---\n\
            kind: ClusterRole\nmetadata: {name: a}\n";
        let objects = documents(objects).unwrap();
        assert_eq!(summary(&objects), "  ClusterRole -/a\n  Pod n/b\n");
        assert_eq!(whole(&objects).unwrap(), "kind: Pod\nmetadata:\n  name: b\n  namespace: n\n");
        assert!(documents("kind: [").is_err());
    }
}
