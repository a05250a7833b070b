//! An operator that ends right after one of its writes, for every one of them: the next operator
//! comes to the same objects.

use serde_json::json;

use crate::world::{EXAMPLE, Meter, NAME, World, settings};

/// No life of a graph below has more writes.
const ENOUGH: usize = 60;

/// What happens in the life of a graph while operators come and go.
const LIVES: [(&str, &[&str]); 2] = [
    ("made", &["spec:\n  replicas: 2\n"]),
    (
        "changed",
        &[
            "spec:\n  replicas: 2\n",
            "spec:\n  serviceAccountName: theirs\n  telemetry: {endpoint: 'http://a.b.svc:4317'}\n",
        ],
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn wherever_it_stops_the_next_one_ends_at_the_same() {
    for (life, steps) in LIVES {
        let (whole, expected) = run(&format!("{life}-whole"), steps, None).await;
        assert!((5..ENOUGH).contains(&whole), "{life}: {whole} writes");
        let cuts = (1..=whole).map(|k| async move {
            let (_, found) = run(&format!("{life}-{k}"), steps, Some(k)).await;
            (k, found)
        });
        for (k, found) in futures_util::future::join_all(cuts).await {
            assert_eq!(found, expected, "{life}, stopped after write {k}");
        }
    }
}

/// Runs one life; returns the number of writes of the first operator and what there is in the end.
async fn run(namespace: &str, steps: &[&str], cut: Option<usize>) -> (usize, String) {
    let world = World::new(namespace).await;
    let meter = cut.map_or_else(Meter::default, Meter::cutting);
    let first = world.operator_with(settings(), meter.clone());
    let mut second = None;
    for step in steps {
        world.apply(&EXAMPLE.replace("spec:\n", step)).await;
        if second.is_none() {
            tokio::select! {
                () = settled(&world) => {}
                () = meter.cut(), if cut.is_some() => {}
            }
        }
        // Writes after the last step may be the ones that are cut; they are waited for below.
        if cut.is_some_and(|cut| meter.writes().len() >= cut) {
            second.get_or_insert_with(|| world.operator());
        }
        settled(&world).await;
    }
    if cut.is_none() {
        first.rest().await;
    }
    drop(first);
    let second = second.unwrap_or_else(|| world.operator());
    second.rest().await;
    let graph = world.graph(NAME).await;
    let status = json!({"revisions": graph["status"]["revisions"].as_array().unwrap().len(),
        "summary": graph["status"]["summary"]});
    second.stop().await;
    (meter.writes().len(), format!("{}\n{status}", world.children_yaml(NAME).await))
}

async fn settled(world: &World) {
    world.rolled(NAME).await;
}
