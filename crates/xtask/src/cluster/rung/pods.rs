//! What happens to pods that serve: they are killed, told to stop, or given other settings.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::json;

use super::http;
use super::world::{GRAPH, World};

/// Records until other settings have to show.
const TURNS: u32 = 90;
/// Callers at the same time.
const CALLERS: usize = 4;
/// What their messages begin and end with.
const BEGIN: &str = "stop-";
const END: &str = "-end";

/// A pod that vanishes is replaced, and the graph says so.
pub(super) fn killed(world: &World) -> Result<()> {
    const NAMESPACE: &str = "killed";
    let address = world.serving(NAMESPACE)?;
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
    let address = world.serving(NAMESPACE)?;
    let pods = world.pods(NAMESPACE)?;
    let (stop, accepted) = (AtomicBool::new(false), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for caller in 0..CALLERS {
            let (address, stop, accepted) = (&address, &stop, &accepted);
            scope.spawn(move || {
                let mut turn = 0;
                while !stop.load(Ordering::Relaxed) {
                    let message = format!("{BEGIN}{caller}-{turn}{END}");
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
            let args = ["delete", "pod", pod, "--namespace", NAMESPACE, "--timeout=180s"];
            world.kubectl.run(&args).map(|_| ())
        });
        let ended = ended.and_then(|()| world.ready(NAMESPACE, GRAPH));
        stop.store(true, Ordering::Relaxed);
        ended
    })?;
    let accepted = accepted.into_inner().unwrap_or_default();
    ensure!(accepted.len() > CALLERS, "only {} requests were accepted", accepted.len());
    arrived_once(world, &accepted).with_context(|| {
        let logs = ["logs", "--selector", "componentgraph.dev/graph", "--namespace", NAMESPACE];
        world.kubectl.run(&logs).unwrap_or_default()
    })?;
    world.delete_namespace(NAMESPACE)
}

fn arrived_once(world: &World, accepted: &[String]) -> Result<()> {
    let mut missing = Vec::new();
    let arrived = world.until("every accepted record", |world| {
        let text = world.collected()?;
        let counts = counts(&text);
        missing =
            accepted.iter().filter(|message| !counts.contains_key(message.as_str())).collect();
        Ok(missing.is_empty())
    });
    let total = accepted.len();
    arrived.with_context(|| format!("of {total} accepted {missing:?} did not arrive"))?;
    let text = world.collected()?;
    let counts = counts(&text);
    let is_doubled = |message: &&String| counts.get(message.as_str()) != Some(&1);
    let doubled: Vec<_> = accepted.iter().filter(is_doubled).collect();
    ensure!(doubled.is_empty(), "not once: {doubled:?}");
    Ok(())
}

/// How often each message of the callers stands in a text. A search for each would take minutes.
fn counts(text: &str) -> HashMap<&str, usize> {
    let mut counts = HashMap::new();
    for (start, _) in text.match_indices(BEGIN) {
        let rest = text.get(start..).unwrap_or_default();
        if let Some(end) = rest.find(END) {
            *counts.entry(rest.get(..end + END.len()).unwrap_or_default()).or_default() += 1;
        }
    }
    counts
}

/// Another collector takes effect in the pods that run.
pub(super) fn live_settings(world: &World) -> Result<()> {
    const NAMESPACE: &str = "live";
    let address = world.serving(NAMESPACE)?;
    http::log(&address, "before-live")?;
    let before = world.pods(NAMESPACE)?;
    endpoint(world, NAMESPACE, &json!("http://127.0.0.1:1"))?;
    turned(world, &address, "away", false)?;
    endpoint(world, NAMESPACE, &json!(null))?;
    turned(world, &address, "back", true)?;
    ensure!(world.pods(NAMESPACE)? == before, "pods were replaced");
    world.ready(NAMESPACE, GRAPH)?;
    world.delete_namespace(NAMESPACE)
}

/// Calls until a record arrives, or until one does not. Each call has to go well.
fn turned(world: &World, address: &str, way: &str, arrives: bool) -> Result<()> {
    for turn in 0..TURNS {
        let message = format!("live-{way}-{turn}-end");
        http::log(address, &message)?;
        thread::sleep(Duration::from_secs(1));
        let mut has_arrived = world.collected()?.contains(&message);
        if !has_arrived && !arrives {
            // It may only be late.
            thread::sleep(Duration::from_secs(2));
            has_arrived = world.collected()?.contains(&message);
        }
        if has_arrived == arrives {
            return Ok(());
        }
    }
    bail!("{TURNS} records did not go the way `{way}`");
}

fn endpoint(world: &World, namespace: &str, endpoint: &serde_json::Value) -> Result<()> {
    let patch = json!({"spec": {"telemetry": {"endpoint": endpoint}}}).to_string();
    let args = ["patch", "cg", GRAPH, "--namespace", namespace, "--type=merge", "--patch", &patch];
    world.kubectl.run(&args).map(|_| ())
}
