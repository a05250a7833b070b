//! `bench rollout`: from `kubectl apply` to the first answer through the Service, on a cluster of
//! its own with release images that are there already. What is seen on the way is watched, not
//! asked for.

mod events;

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use self::events::{Events, Seen};
use super::goal;
use super::spread::{HEADINGS, Spread};
use crate::cluster::{self, World, http};
use crate::project::Project;

/// Options of `cargo xtask bench rollout`.
#[derive(clap::Args)]
pub(super) struct Options {
    /// How many times the example is applied
    #[arg(long, default_value = "20")]
    rounds: usize,
    /// Measure the programs as the tests build them: sooner there, and slower than those of users
    #[arg(long)]
    test_profile: bool,
}

const GRAPH: &str = "otel-example";
/// Goal for the median, in seconds.
const GOAL: f64 = 2.0;
const LIMIT: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(5);
const SETTLING: Duration = Duration::from_secs(1);
/// Packets to a Service without a way to a pod are lost.
const CONNECTING: Duration = Duration::from_millis(50);

/// What lies between `apply` and the first answer, each measured from the one before.
const PHASES: [&str; 6] = [
    "apply returns",
    "reconcile: Deployment there",
    "schedule: pod has a node",
    "container started",
    "ready: endpoint there",
    "first 200",
];

pub(super) fn run(project: &Project, options: &Options) -> Result<()> {
    cluster::measured(project, !options.test_profile, |world| {
        let mut phases: Vec<Spread> = vec![Spread::default(); PHASES.len()];
        let mut total = Spread::default();
        for number in 0..options.rounds {
            let times = round(world, &format!("rollout-{number}"))?;
            let mut before = 0.0;
            for (spread, time) in phases.iter_mut().zip(times) {
                spread.add(time - before);
                before = time;
            }
            total.add(before);
        }
        let images = if options.test_profile { "test" } else { "release" };
        println!("seconds, {} rounds, {images} images{HEADINGS:>20}", options.rounds);
        for (name, spread) in PHASES.iter().zip(&phases) {
            println!("{name:<32}{spread}");
        }
        println!("{:<32}{total}", "apply to first 200");
        goal("median of apply to first 200", GOAL, "s", total.median());
        Ok(())
    })
}

/// Seconds from the beginning to the end of each phase.
fn round(world: &World, namespace: &str) -> Result<[f64; PHASES.len()]> {
    world.namespace(namespace)?;
    let events = Events::watch(world, namespace)?;
    // Four programs start to watch; what they cost is not to be measured.
    std::thread::sleep(SETTLING);
    let begun = Instant::now();
    world.apply_example(namespace, "otel/capability.yaml")?;
    let applied = begun.elapsed();
    let address = until(begun, || events.seen().address)?;
    until(begun, || http::log_once_open(&address, "bench", CONNECTING).ok())?;
    let answered = begun.elapsed();
    // Events may be told a moment after what they tell of.
    let seen = until(begun, || events.seen().complete())?;
    // Nor is what the round before leaves to do.
    world.forget_namespace(namespace)?;
    let [deployed, scheduled, started, ready] = seen.map(|at| at.duration_since(begun));
    let times = [applied, deployed, scheduled, started, ready, answered];
    Ok(in_order(times.map(|time| time.as_secs_f64())))
}

/// A phase that was seen late has ended with the next one at the latest.
fn in_order(mut times: [f64; PHASES.len()]) -> [f64; PHASES.len()] {
    let mut next = f64::INFINITY;
    for time in times.iter_mut().rev() {
        *time = time.min(next);
        next = *time;
    }
    times
}

fn until<T>(begun: Instant, mut probe: impl FnMut() -> Option<T>) -> Result<T> {
    loop {
        if let Some(found) = probe() {
            return Ok(found);
        }
        if begun.elapsed() > LIMIT {
            bail!("{GRAPH} did not answer within {} s", LIMIT.as_secs());
        }
        std::thread::sleep(PAUSE);
    }
}

impl Seen {
    fn complete(&self) -> Option<[Instant; 4]> {
        Some([self.deployed?, self.scheduled?, self.started?, self.ready?])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_late_ends_with_the_next() {
        assert_eq!(in_order([0.1, 0.5, 0.3, 0.8, 0.7, 0.9]), [0.1, 0.3, 0.3, 0.7, 0.7, 0.9]);
    }
}
