//! What one invocation does to itself reaches no other: no memory, no time, no stack.

use std::sync::Arc;
use std::time::{Duration, Instant};

use runtime_node::instances::{Callable, Failure};
use runtime_node::node::Node;
use wasmtime::component::Val;

use crate::support::Graph;

/// A graph of everything that misbehaves, beside one that counts.
async fn start() -> Node {
    let graph = Graph::new(
        "limits: {memory: 24Mi, timeout: 400ms}
components:
  - {name: spin, file: FIXTURES/spin.wasm}
  - {name: grow, file: FIXTURES/grow.wasm}
  - {name: recurse, file: FIXTURES/recurse.wasm}
  - {name: trap, file: FIXTURES/trap.wasm}
  - {name: counter, file: FIXTURES/counter.wasm}",
    );
    graph.start().await
}

fn callable(node: &Node, component: &str, function: &str) -> Callable {
    node.callable(component, function).expect("exported")
}

async fn count(node: &Node) -> Val {
    let outcome = node.instances.invoke(&callable(node, "counter", "increment"), &[]).await;
    outcome.result.expect("counted").expect("a value")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_neighbour_works_while_others_misbehave() {
    let node = Arc::new(start().await);
    let misbehaving: Vec<_> = [("spin", "spin", None), ("trap", "trap", None)]
        .into_iter()
        .chain([
            ("recurse", "recurse", Some(Val::U64(100_000_000))),
            ("grow", "grow", Some(Val::U32(1000))),
        ])
        .map(|(component, function, param)| {
            let node = Arc::clone(&node);
            let params: Vec<Val> = param.into_iter().collect();
            tokio::spawn(async move {
                let callable = callable(&node, component, function);
                node.instances.invoke(&callable, &params).await.result
            })
        })
        .collect();
    for _ in 0..50 {
        assert_eq!(count(&node).await, Val::U64(1));
    }
    let mut ended = Vec::new();
    for one in misbehaving {
        ended.push(one.await.expect("the node did not panic"));
    }
    assert!(matches!(ended[0], Err(Failure::Timeout(_))), "{:?}", ended[0]);
    assert!(matches!(ended[1], Err(Failure::Trap { code: "unreachable", .. })), "{:?}", ended[1]);
    assert!(
        matches!(ended[2], Err(Failure::Trap { code: "stack-overflow", .. })),
        "{:?}",
        ended[2]
    );
    let Ok(Some(Val::U32(got))) = ended[3] else { panic!("{:?}", ended[3]) };
    assert!((1..24).contains(&got), "{got} MiB of 24 for all five components");
    assert_eq!(count(&node).await, Val::U64(1));
}

/// Two invocations that never wait are both cut, though they share the threads of the node.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn loops_on_every_thread_are_cut_in_time() {
    let node = Arc::new(start().await);
    let begun = Instant::now();
    let spinning: Vec<_> = (0..4)
        .map(|_| {
            let node = Arc::clone(&node);
            tokio::spawn(async move {
                node.instances.invoke(&callable(&node, "spin", "spin"), &[]).await.result
            })
        })
        .collect();
    for one in spinning {
        let result = one.await.expect("the node did not panic");
        assert!(matches!(result, Err(Failure::Timeout(_))), "{result:?}");
    }
    // Four that share a machine, each of 400 ms; far from it would mean that nothing cut them.
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

/// The limit is that of the invocation: what others hold is not counted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_is_limited_for_each_invocation_alone() {
    let node = Arc::new(start().await);
    let growing: Vec<_> = (0..6)
        .map(|_| {
            let node = Arc::clone(&node);
            tokio::spawn(async move {
                let callable = callable(&node, "grow", "grow");
                node.instances.invoke(&callable, &[Val::U32(10)]).await.result
            })
        })
        .collect();
    for one in growing {
        assert_eq!(one.await.expect("task").expect("grown"), Some(Val::U32(10)));
    }
}
