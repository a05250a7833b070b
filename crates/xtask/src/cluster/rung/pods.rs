//! What happens to pods that serve: they are killed, told to stop, or given other settings.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use super::http;
use super::world::World;

const GRAPH: &str = "otel-example";
/// Callers at the same time.
const CALLERS: usize = 4;

/// A pod that vanishes is replaced, and the graph says so.
pub(super) fn killed(world: &World) -> Result<()> {
    const NAMESPACE: &str = "killed";
    let address = serving(world, NAMESPACE)?;
    let before = world.pods(NAMESPACE)?;
    world.kubectl.run(&["delete", "pods", "--all", "--force", "--namespace", NAMESPACE])?;
    world.until("another pod", |world| {
        let now = world.pods(NAMESPACE)?;
        Ok(!now.is_empty() && now.iter().all(|pod| !before.contains(pod)))
    })?;
    world.ready(NAMESPACE, GRAPH)?;
    world.until("an answer", |_| Ok(http::log(&address, "after").is_ok()))?;
    world.delete_namespace(NAMESPACE)
}

/// Whatever was answered with 200 is at the Collector, once, although the pod that answered is gone.
pub(super) fn told_to_stop(world: &World) -> Result<()> {
    const NAMESPACE: &str = "stopped";
    let address = serving(world, NAMESPACE)?;
    let pods = world.pods(NAMESPACE)?;
    let (stop, accepted) = (AtomicBool::new(false), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for caller in 0..CALLERS {
            let (address, stop, accepted) = (&address, &stop, &accepted);
            scope.spawn(move || {
                let mut turn = 0;
                while !stop.load(Ordering::Relaxed) {
                    let message = format!("stop-{caller}-{turn}-end");
                    turn += 1;
                    // Requests that come while no pod is there are not accepted.
                    if http::log(address, &message).is_ok()
                        && let Ok(mut accepted) = accepted.lock()
                    {
                        accepted.push(message);
                    }
                    thread::sleep(Duration::from_millis(20));
                }
            });
        }
        thread::sleep(Duration::from_secs(1));
        let ended = pods.iter().try_for_each(|pod| {
            world.kubectl.run(&["delete", "pod", pod, "--namespace", NAMESPACE]).map(|_| ())
        });
        let ended = ended.and_then(|()| world.ready(NAMESPACE, GRAPH));
        stop.store(true, Ordering::Relaxed);
        ended
    })?;
    let accepted = accepted.into_inner().unwrap_or_default();
    ensure!(accepted.len() > CALLERS, "only {} requests were accepted", accepted.len());
    let mut missing = Vec::new();
    let arrived = world.until("every accepted record", |world| {
        let text = world.collected()?;
        missing = accepted.iter().filter(|message| !text.contains(message.as_str())).collect();
        Ok(missing.is_empty())
    });
    arrived.with_context(|| {
        let logs = ["logs", "--selector", "componentgraph.dev/graph", "--namespace", NAMESPACE];
        let logs = world.kubectl.run(&logs).unwrap_or_default();
        format!("of {} accepted {missing:?} did not arrive\n{logs}", accepted.len())
    })?;
    let text = world.collected()?;
    let doubled: Vec<_> =
        accepted.iter().filter(|message| text.matches(message.as_str()).count() != 1).collect();
    ensure!(doubled.is_empty(), "not once: {doubled:?}");
    world.delete_namespace(NAMESPACE)
}

/// Another collector takes effect in the pods that run.
pub(super) fn live_settings(world: &World) -> Result<()> {
    const NAMESPACE: &str = "live";
    let address = serving(world, NAMESPACE)?;
    http::log(&address, "before-live")?;
    let before = world.pods(NAMESPACE)?;
    endpoint(world, NAMESPACE, &json!("http://127.0.0.1:1"))?;
    let mut turn = 0;
    world.until("records to go elsewhere", |world| {
        turn += 1;
        let message = format!("live-away-{turn}-end");
        http::log(&address, &message)?;
        thread::sleep(Duration::from_secs(1));
        Ok(!world.collected()?.contains(&message))
    })?;
    endpoint(world, NAMESPACE, &json!(null))?;
    world.until("records to come back", |world| {
        turn += 1;
        let message = format!("live-back-{turn}-end");
        http::log(&address, &message)?;
        thread::sleep(Duration::from_secs(1));
        Ok(world.collected()?.contains(&message))
    })?;
    ensure!(world.pods(NAMESPACE)? == before, "pods were replaced");
    world.ready(NAMESPACE, GRAPH)?;
    world.delete_namespace(NAMESPACE)
}

fn endpoint(world: &World, namespace: &str, endpoint: &serde_json::Value) -> Result<()> {
    let patch = json!({"spec": {"telemetry": {"endpoint": endpoint}}}).to_string();
    let args = ["patch", "cg", GRAPH, "--namespace", namespace, "--type=merge", "--patch", &patch];
    world.kubectl.run(&args).map(|_| ())
}

/// The example in a namespace of its own; gives its address.
fn serving(world: &World, namespace: &str) -> Result<String> {
    world.namespace(namespace)?;
    world.apply_example(namespace, "otel/capability.yaml")?;
    world.ready(namespace, GRAPH)?;
    world.address(namespace, GRAPH)
}
