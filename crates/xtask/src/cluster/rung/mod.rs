//! What a user does with a cluster, on a real one: installs the chart, applies graphs, makes
//! mistakes, rolls, scales, uninstalls. Each scenario stands alone, given an installed operator;
//! they share one cluster, since bringing one up costs more than all of them.

mod audit;
pub(crate) mod http;
mod life;
mod mistake;
mod pods;
mod records;
mod registry;
mod release;
mod rollout;
mod steady;
mod trouble;
mod upgrade;
mod world;

use std::time::Instant;

use anyhow::{Context as _, Error, Result, ensure};

use self::world::World;

type Scenario = fn(&World) -> Result<()>;

const SCENARIOS: [(&str, Scenario); 14] = [
    ("both paths deliver records with their Kubernetes identity", records::both_paths),
    ("the graph stays ready without its collector", records::without_collector),
    ("a mistake shows its reason while the old pods serve", mistake::bad_revision),
    ("a good change rolls without a failed request", rollout::under_load),
    ("kubectl scale scales the graph", rollout::scale),
    ("pods that do not start say why", trouble::pods_that_do_not_start),
    ("a pod that is killed is replaced", pods::killed),
    ("a pod that is told to stop loses no record", pods::told_to_stop),
    ("other settings take effect without new pods", pods::live_settings),
    ("components come from a private registry", registry::private),
    ("helm test runs a graph", life::helm_test),
    ("deleting while the operator is down leaves nothing", life::deleted_while_down),
    // Before its rights go with the release.
    ("the operator asked for nothing beyond its role", audit::only_what_the_role_has),
    ("uninstalling keeps graphs, reinstalling takes them up", life::reinstalled),
];

/// The one that all others find done, so that the chart is installed once.
const UPGRADE: &str = "the chart upgrades the one before while a graph serves";

/// Runs the scenarios whose names contain `only`.
pub(super) fn run(world: &World, only: &str) -> Result<()> {
    let chosen: Vec<_> = SCENARIOS.into_iter().filter(|(name, _)| name.contains(only)).collect();
    let upgrades = UPGRADE.contains(only);
    ensure!(upgrades || !chosen.is_empty(), "no scenario has `{only}` in its name");
    let told = |error: Error| match world.state() {
        Ok(state) => error.context(state),
        Err(_) => error,
    };
    match upgrades {
        true => step(UPGRADE, || upgrade::from_the_chart_before(world)).map_err(told)?,
        false => step("the chart installs", || world.install())?,
    }
    for (name, scenario) in chosen {
        step(name, || scenario(world)).map_err(told)?;
    }
    Ok(())
}

fn step(name: &str, scenario: impl FnOnce() -> Result<()>) -> Result<()> {
    let start = Instant::now();
    scenario().with_context(|| format!("scenario failed: {name}"))?;
    eprintln!("  ok {name} ({:.1} s)", start.elapsed().as_secs_f64());
    Ok(())
}

pub(crate) use self::audit::AuditLog;
pub(crate) use self::world::World as Installed;
