//! Joins a checked graph with the engine and the host: from a plan to something that can be
//! invoked. It knows no trigger.

use std::sync::Arc;

use composer::{Composition, Ledger};
use graph::{Problem, Problems};
use wasmtime::component::Linker;

use crate::engine::{self, Capacity, EngineError};
use crate::host;
use crate::instances::{Callable, Failure, Instances};
use crate::load::Checked;
use crate::settings::Settings;

/// A graph, ready to be invoked.
pub struct Node {
    pub composition: Composition,
    pub settings: Settings,
    pub instances: Arc<Instances>,
}

impl Node {
    /// Composes, compiles and links the graph, and instantiates it once.
    pub async fn start(checked: Checked) -> Result<Self, Problems> {
        let Checked { manifest, plan, settings } = checked;
        // Takes seconds; whoever serves meanwhile must not wait for it.
        let preparing = tokio::task::spawn_blocking(move || {
            let composition = plan.compose()?;
            let instances = prepare(&composition, &settings)?;
            Ok((composition, settings, instances))
        });
        let prepared = preparing.await.unwrap_or_else(|error| Err(internal(&error.to_string())));
        let (composition, settings, instances) = prepared.map_err(|p| manifest.problems(p))?;
        instances
            .try_start()
            .await
            .map_err(|failure| manifest.problems(vec![cannot_start(&failure)]))?;
        Ok(Self { composition, settings, instances: Arc::new(instances) })
    }

    pub fn ledger(&self) -> &Ledger {
        &self.composition.ledger
    }

    /// The function that `component` and `function` name, ready to be invoked.
    pub fn callable(&self, component: &str, function: &str) -> Result<Callable, String> {
        let (export, function) =
            composer::find(self.ledger(), component, function).map_err(|e| e.to_string())?;
        if let Some(reason) = &function.inside {
            return Err(format!("{:?} cannot be called from outside: {reason}", function.name));
        }
        self.instances
            .callable(export, &function.name)
            .ok_or_else(|| format!("the composition lacks {} of {component:?}", function.name))
    }
}

fn prepare(composition: &Composition, settings: &Settings) -> Result<Instances, Vec<Problem>> {
    let ledger = &composition.ledger;
    let capacity = Capacity {
        concurrency: settings.limits.concurrency,
        components: u32::try_from(ledger.instances.len()).unwrap_or(u32::MAX),
        memory: settings.limits.memory,
    };
    let loaded = engine::load(&composition.bytes, capacity).map_err(|e| vec![not_runnable(&e)])?;
    let mut linker = Linker::new(&loaded.engine);
    host::link(&mut linker, ledger, settings).map_err(|e| internal(&e.to_string()))?;
    Instances::new(&linker, &loaded.component, ledger, settings.limits)
        .map_err(|e| internal(&format!("{e:#}")))
}

fn not_runnable(error: &EngineError) -> Problem {
    let field = match error {
        EngineError::Pool(..) => "spec.limits.concurrency",
        EngineError::InitialMemory { .. } => "spec.limits.memory",
        EngineError::Setup(_) | EngineError::Compile(_) => "spec.components",
    };
    Problem::new("not-runnable", field, format!("the graph cannot be run: {error}"))
}

fn internal(reason: &str) -> Vec<Problem> {
    vec![Problem::new(
        "not-runnable",
        "spec.components",
        format!("the graph cannot be run: {reason}"),
    )]
}

fn cannot_start(failure: &Failure) -> Problem {
    Problem::new(
        "start-failed",
        "spec.components",
        format!("the graph cannot be instantiated: {failure}"),
    )
    .fix("raise spec.limits, or look at what the component does when it starts")
}
