//! Many graphs at once, measured on the program itself: a few among the tests, so that measuring goes
//! on to work, and as many as are asked for by `cargo xtask bench operator`.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use kube::api::{ListParams, PostParams};
use serde_json::{Value, json};

use crate::processes::Program;
use crate::world::{EXAMPLE, World};

const FEW: usize = 10;
const AT_ONCE: usize = 16;
const MOST: Duration = Duration::from_secs(900);

#[tokio::test(flavor = "multi_thread")]
async fn many_graphs() {
    let count = std::env::var("CG_GRAPHS").map_or(FEW, |count| count.parse().unwrap());
    let world = World::new("scale").await;
    world.bind("leader").await;
    let program = Program::start(&world, "only");
    program.leads().await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    figure("resident idle", program.resident());

    let begun = Instant::now();
    create(&world, count).await;
    figure("created", begun.elapsed().as_secs_f64());
    while composed(&world).await < count {
        assert!(begun.elapsed() < MOST, "only {} of {count}", composed(&world).await);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    figure("converged", begun.elapsed().as_secs_f64());
    let writes = program.writes().await;
    figure("writes for each graph", writes as f64 / count as f64);
    tokio::time::sleep(Duration::from_secs(5)).await;
    figure("writes afterwards", (program.writes().await - writes) as f64);
    figure("resident", program.resident());
    for share in [0.5, 0.99] {
        let seconds = program.quantile(share).await;
        figure(&format!("reconcile seconds p{} at most", share * 100.0), seconds);
    }
    program.end("-TERM").await;

    let begun = Instant::now();
    let program = Program::start(&world, "next");
    program.leads().await;
    while program.reconciles().await < count as u64 {
        assert!(begun.elapsed() < MOST, "only {}", program.reconciles().await);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    figure("restarted", begun.elapsed().as_secs_f64());
    figure("writes after restart", program.writes().await as f64);
    figure("resident after restart", program.resident());
    program.end("-TERM").await;
}

/// In the form that the bench reads.
fn figure(what: &str, figure: f64) {
    println!("figure: {what}: {figure:.2}");
}

async fn create(world: &World, count: usize) {
    let mut object: Value = serde_yaml::from_str(EXAMPLE).unwrap();
    let components = object["spec"]["components"].as_array_mut().unwrap();
    components.extend(
        ["a", "b"].map(|name| json!({"name": name, "builtin": "hello-log", "imports": ["otel"]})),
    );
    stream::iter(0..count)
        .map(|number| {
            let mut object = object.clone();
            object["metadata"]["name"] = json!(format!("graph-{number}"));
            let graphs = world.graphs();
            async move {
                let object = serde_json::from_value(object).unwrap();
                graphs.create(&PostParams::default(), &object).await.unwrap();
            }
        })
        .buffer_unordered(AT_ONCE)
        .collect::<Vec<_>>()
        .await;
}

async fn composed(world: &World) -> usize {
    let graphs = world.graphs().list(&ListParams::default()).await.unwrap();
    let is_composed = |graph: &Value| {
        let conditions = graph["status"]["conditions"].as_array().cloned().unwrap_or_default();
        conditions.iter().any(|c| c["type"] == "Composed" && c["status"] == "True")
    };
    graphs.items.iter().filter(|graph| is_composed(&graph.data)).count()
}
