//! What a cluster tells of one namespace while something is rolled out there, each with the time at
//! which it was heard.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::cluster::World;

/// When what was first seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    pub(super) deployed: Option<Instant>,
    pub(super) scheduled: Option<Instant>,
    pub(super) started: Option<Instant>,
    pub(super) ready: Option<Instant>,
    /// `host:port` of the Service.
    pub(super) address: Option<String>,
}

/// Watches that end with this value.
pub(super) struct Events {
    watches: Vec<Child>,
    seen: Arc<Mutex<Seen>>,
}

const RESOURCES: [&str; 4] = ["api/v1", "apis/apps/v1", "api/v1", "apis/discovery.k8s.io/v1"];
const KINDS: [&str; 4] = ["pods", "deployments", "services", "endpointslices"];

impl Events {
    pub(super) fn watch(world: &World, namespace: &str) -> Result<Self> {
        let mut events = Self { watches: Vec::new(), seen: Arc::default() };
        for (group, kind) in RESOURCES.iter().zip(KINDS) {
            let path = format!("/{group}/namespaces/{namespace}/{kind}?watch=true");
            let mut command = world.kubectl.command(&["get", "--raw", &path]);
            let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
            let lines = BufReader::new(child.stdout.take().context("kubectl has no output")?);
            events.watches.push(child);
            let seen = Arc::clone(&events.seen);
            thread::spawn(move || {
                for line in lines.lines().map_while(Result::ok) {
                    let now = Instant::now();
                    let event = serde_json::from_str::<Value>(&line).unwrap_or_default();
                    if let Some(object) = event.get("object") {
                        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                        seen.note(kind, object, now);
                    }
                }
            });
        }
        Ok(events)
    }

    pub(super) fn seen(&self) -> Seen {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        for watch in &mut self.watches {
            // An error says that it has ended already.
            let _ = watch.kill();
            let _ = watch.wait();
        }
    }
}

impl Seen {
    fn note(&mut self, kind: &str, object: &Value, now: Instant) {
        match kind {
            "deployments" => drop(self.deployed.get_or_insert(now)),
            "services" => self.address = self.address.take().or_else(|| address(object)),
            "pods" => {
                if object.pointer("/spec/nodeName").is_some() {
                    self.scheduled.get_or_insert(now);
                }
                let running = "/status/containerStatuses/0/state/running";
                if object.pointer(running).is_some() {
                    self.started.get_or_insert(now);
                }
            }
            _ => {
                let ready = object.pointer("/endpoints/0/conditions/ready");
                if ready == Some(&Value::Bool(true)) {
                    self.ready.get_or_insert(now);
                }
            }
        }
    }
}

fn address(service: &Value) -> Option<String> {
    let ip = service.pointer("/spec/clusterIP")?.as_str()?;
    Some(format!("{ip}:{}", service.pointer("/spec/ports/0/port")?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_of_each_counts() {
        let (mut seen, first) = (Seen::default(), Instant::now());
        let later = first + std::time::Duration::from_secs(1);
        seen.note("pods", &json!({"spec": {}}), first);
        assert!(seen.scheduled.is_none());
        let running = json!({"spec": {"nodeName": "a"},
            "status": {"containerStatuses": [{"state": {"running": {}}}]}});
        seen.note("pods", &running, first);
        seen.note("pods", &running, later);
        assert_eq!((seen.scheduled, seen.started), (Some(first), Some(first)));
        let slice = |ready: bool| json!({"endpoints": [{"conditions": {"ready": ready}}]});
        seen.note("endpointslices", &slice(false), first);
        assert!(seen.ready.is_none());
        seen.note("endpointslices", &slice(true), later);
        assert_eq!(seen.ready, Some(later));
        let service = json!({"spec": {"clusterIP": "10.0.0.1", "ports": [{"port": 80}]}});
        seen.note("services", &service, first);
        assert_eq!(seen.address.as_deref(), Some("10.0.0.1:80"));
    }
}
