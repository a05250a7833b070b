//! A cluster with images and a chart, and the words scenarios are told in. Knows no scenario.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use serde_json::{Value, json};

use super::audit::AuditLog;
use super::http;
use crate::cluster::kubectl::Kubectl;
use crate::cluster::patience;
use crate::step;

pub(super) const SYSTEM: &str = "componentgraph-system";
pub(super) const RELEASE: &str = "componentgraph";
pub(super) const COLLECTOR: &str = "deployment/componentgraph-collector";
pub(super) const OPERATOR: &str = "deployment/componentgraph";

/// The example that most scenarios serve.
pub(super) const GRAPH: &str = "otel-example";

/// How long anything may take; a machine under load is slow, a broken one is slower.
const LIMIT: Duration = Duration::from_secs(180);
/// The same for kubectl, which waits by itself.
const TIMEOUT: &str = "--timeout=180s";

/// The cluster, seen by its administrator.
pub(crate) struct World {
    pub(crate) kubectl: Kubectl,
    pub(crate) helm: PathBuf,
    pub(crate) kubeconfig: PathBuf,
    /// The project's own folder, with charts and examples.
    pub(crate) root: PathBuf,
    /// A folder that goes with the cluster.
    pub(crate) scratch: PathBuf,
    /// This machine, as pods reach it.
    pub(crate) host: Ipv4Addr,
    /// Programs that run beside the cluster.
    pub(crate) registry: PathBuf,
    pub(crate) runtime_node: PathBuf,
    pub(crate) socket: PathBuf,
    pub(crate) audit: AuditLog,
}

impl World {
    /// A namespace that enforces the strictest level, as a user's may.
    pub(crate) fn namespace(&self, name: &str) -> Result<()> {
        let labels = json!({ "pod-security.kubernetes.io/enforce": "restricted" });
        self.apply(
            "default",
            &json!({
                "apiVersion": "v1", "kind": "Namespace",
                "metadata": { "name": name, "labels": labels },
            }),
        )
    }

    pub(super) fn apply(&self, namespace: &str, object: &Value) -> Result<()> {
        let args = ["apply", "--namespace", namespace, "--filename", "-"];
        self.kubectl.feed(&args, &object.to_string()).map(|_| ())
    }

    /// One of the example files, as it lies there.
    pub(crate) fn apply_example(&self, namespace: &str, file: &str) -> Result<()> {
        let path = self.root.join("examples").join(file).display().to_string();
        self.kubectl.run(&["apply", "--namespace", namespace, "--filename", &path]).map(|_| ())
    }

    pub(crate) fn delete_namespace(&self, name: &str) -> Result<()> {
        // Nobody needs its name again, and the cluster takes its time.
        self.kubectl.run(&["delete", "namespace", name, "--wait=false"]).map(|_| ())
    }

    /// Deletes it and waits until all that was in it has gone.
    pub(crate) fn forget_namespace(&self, name: &str) -> Result<()> {
        self.kubectl.run(&["delete", "namespace", name, "--timeout=120s"]).map(|_| ())
    }

    pub(super) fn get(&self, namespace: &str, what: &str) -> Result<Value> {
        let text =
            self.kubectl.run(&["get", what, "--namespace", namespace, "--output", "json"])?;
        Ok(serde_json::from_str(&text)?)
    }

    /// As users wait.
    pub(super) fn ready(&self, namespace: &str, graph: &str) -> Result<()> {
        let graph = format!("cg/{graph}");
        let args = ["wait", &graph, "--namespace", namespace, "--for=condition=Ready", TIMEOUT];
        self.kubectl.run(&args).map(|_| ())
    }

    pub(super) fn scale(&self, namespace: &str, what: &str, replicas: u32) -> Result<()> {
        let replicas = format!("--replicas={replicas}");
        self.kubectl.run(&["scale", what, "--namespace", namespace, &replicas])?;
        Ok(())
    }

    pub(super) fn rolled_out(&self, namespace: &str, what: &str) -> Result<()> {
        let args = ["rollout", "status", what, "--namespace", namespace, TIMEOUT];
        self.kubectl.run(&args).map(|_| ())
    }

    /// Asks an object until it answers yes. One that cannot be asked now, since the server is busy or
    /// a pod is between two states, is asked again.
    pub(super) fn until(
        &self,
        what: &str,
        mut question: impl FnMut(&Self) -> Result<bool>,
    ) -> Result<()> {
        let mut last = None;
        let outcome = patience::until(what, LIMIT, || {
            let answer = question(self);
            last = answer.as_ref().err().map(|error| format!("{error:#}"));
            Ok(answer.unwrap_or(false))
        });
        outcome.map_err(|error| match last {
            Some(last) => anyhow!("{error}; the last time: {last}"),
            None => error,
        })
    }

    /// The example in a namespace of its own, once it answers; gives its address.
    pub(super) fn serving(&self, namespace: &str) -> Result<String> {
        self.namespace(namespace)?;
        self.apply_example(namespace, "otel/capability.yaml")?;
        self.answering(namespace, GRAPH)
    }

    /// Waits for a graph, and then for the way to it: rules for a Service follow its pods, and not at
    /// once.
    pub(super) fn answering(&self, namespace: &str, graph: &str) -> Result<String> {
        self.ready(namespace, graph)?;
        let address = self.address(namespace, graph)?;
        self.until("the first answer", |_| http::log(&address, "the first").map(|()| true))?;
        Ok(address)
    }

    /// Waits until a part of the installation has so many pods, those that end included: as long as
    /// they do, they work, write logs, and take calls.
    pub(super) fn has_pods(&self, component: &str, count: usize) -> Result<()> {
        let label = format!("app.kubernetes.io/component={component}");
        self.until(&format!("{count} pods of the {component}"), |world| {
            let args = ["get", "pods", "--selector", &label, "--namespace", SYSTEM];
            let pods = world.kubectl.run(&[&args[..], &["--output", "name"]].concat())?;
            Ok(pods.lines().count() == count)
        })
    }

    /// The address of a Service, which this machine reaches like a pod does.
    pub(super) fn address(&self, namespace: &str, graph: &str) -> Result<String> {
        let service = self.get(namespace, &format!("service/{graph}"))?;
        let ip = service.pointer("/spec/clusterIP").and_then(Value::as_str);
        let port = service.pointer("/spec/ports/0/port").and_then(Value::as_u64);
        let (Some(ip), Some(port)) = (ip, port) else {
            bail!("the Service has no address: {service}")
        };
        Ok(format!("{ip}:{port}"))
    }

    pub(super) fn pods(&self, namespace: &str) -> Result<Vec<String>> {
        let pods = self.get(namespace, "pods")?;
        let names = items(&pods).filter_map(|pod| pod.pointer("/metadata/name")?.as_str());
        Ok(names.map(str::to_owned).collect())
    }

    /// Kills the process of a graph's only container; its pod stays.
    pub(super) fn kill_node(&self, namespace: &str, graph: &str) -> Result<()> {
        let pods = self.get(namespace, "pods")?;
        let label = "/metadata/labels/componentgraph.dev~1graph";
        let mut of_graph =
            items(&pods).filter(|pod| pod.pointer(label).is_some_and(|found| *found == *graph));
        let pod = of_graph.next().context("the graph has no pod")?;
        let id = pod.pointer("/status/containerStatuses/0/containerID").and_then(Value::as_str);
        let id = id.and_then(|id| id.strip_prefix("containerd://")).context("no container")?;
        let mut ctr = Command::new("ctr");
        ctr.arg("--address").arg(&self.socket).args(["--namespace", "k8s.io", "tasks", "kill"]);
        step::output(ctr.args(["--signal", "SIGKILL", id])).map(|_| ())
    }

    /// Everything the Collector wrote.
    pub(super) fn collected(&self) -> Result<String> {
        self.kubectl.run(&["logs", COLLECTOR, "--namespace", SYSTEM, "--tail=-1"])
    }

    /// What one looks at first when something is wrong.
    pub(super) fn state(&self) -> Result<String> {
        let everything = ["get", "cg,pods,deployments", "--all-namespaces", "--output", "wide"];
        let operator = ["logs", OPERATOR, "--namespace", SYSTEM, "--tail=20"];
        let logs = self.kubectl.run(&operator).unwrap_or_default();
        Ok(format!("{}\n{logs}", self.kubectl.run(&everything)?))
    }
}

/// The objects of a list.
pub(super) fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.get("items").and_then(Value::as_array).into_iter().flatten()
}

/// How many pods of a graph serve, of how many.
pub(super) fn pods_of(graph: &Value) -> &str {
    graph.pointer("/status/pods").and_then(Value::as_str).unwrap_or_default()
}

/// One condition of a graph: status, reason, message.
pub(super) fn condition(graph: &Value, kind: &str) -> Result<(String, String, String)> {
    let conditions = graph.pointer("/status/conditions").and_then(Value::as_array);
    let mut of_kind = conditions
        .into_iter()
        .flatten()
        .filter(|c| c.get("type").is_some_and(|found| *found == *kind));
    let found = of_kind.next();
    ensure!(found.is_some(), "no condition {kind}: {graph}");
    let text = |key: &str| found.and_then(|c| c.get(key)?.as_str()).unwrap_or_default().to_owned();
    Ok((text("status"), text("reason"), text("message")))
}
