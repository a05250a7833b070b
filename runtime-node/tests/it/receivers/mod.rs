//! Both paths against four receivers. Records of both signals arrive whole and once, whatever their
//! size, and what is too large is counted as lost.

mod collector;
mod embedded;
mod faulty;
mod python;
mod records;
pub(crate) mod support;

use std::time::Duration;

use records::{Arrived, ArrivedSpan, Attributes};
use support::{Ended, Guest, Shape, Way};

/// Something that receives OTLP, started by a test.
pub(crate) trait Receiver {
    /// Where exporters send to.
    fn url(&self) -> String;

    /// All log records so far, in order of arrival.
    fn arrived(&self) -> Vec<Arrived>;

    /// All spans so far, in order of arrival.
    fn spans(&self) -> Vec<ArrivedSpan>;
}

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

/// Longer than any test here takes, shorter than the patience of a CI.
const LONGEST: Duration = Duration::from_secs(240);

/// Whether everything is asked for, not just a choice.
fn is_long() -> bool {
    std::env::var_os("CG_LONG").is_some()
}

/// Everything a receiver is asked to take, on both paths.
async fn conform(receiver: &impl Receiver) {
    for way in Way::BOTH {
        for size in [1, 64 * KIB, 3 * MIB] {
            delivers(receiver, Shape::new(way, Guest::Big), size).await;
        }
        delivers_spans(receiver, way).await;
        if is_long() {
            limits(receiver, way).await;
        }
    }
}

/// 8 MiB: refused at the default limit, delivered where it is raised.
async fn limits(receiver: &impl Receiver, way: Way) {
    let shape = Shape::new(way, Guest::Big);
    let before = receiver.arrived().len();
    let ended = emit(receiver, shape, 8 * MIB).await;
    lost(&ended, "too_large");
    assert!(ended.stderr.contains("4194304"), "the limit is not named: {ended:?}");
    assert_eq!(receiver.arrived().len(), before);
    delivers(receiver, Shape { most: Some("16Mi"), ..shape }, 8 * MIB).await;
}

/// The sender may, the receiver will not.
async fn refuses(receiver: &impl Receiver, way: Way) {
    let shape = Shape { most: Some("16Mi"), ..Shape::new(way, Guest::Big) };
    let ended = emit(receiver, shape, 8 * MIB).await;
    lost(&ended, "RESOURCE_EXHAUSTED");
    assert_eq!(receiver.arrived(), []);
}

async fn delivers(receiver: &impl Receiver, shape: Shape, size: usize) {
    let before = receiver.arrived().len();
    let ended = emit(receiver, shape, size).await;
    assert_eq!(ended.code, Some(0), "{shape:?} {size} {ended:?}");
    let counts = "created=1 acknowledged=1 rejected=0 failed=0 unverified=0";
    assert_eq!(ended.records(), counts, "{shape:?} {size}");
    let arrived = receiver.arrived();
    let [record] = arrived.get(before..).unwrap() else {
        panic!("{shape:?} {size}: {} records arrived", arrived.len() - before);
    };
    // Not `assert_eq`, which would print megabytes.
    assert_eq!(record.body.len(), size, "{shape:?}");
    assert!(record.body.bytes().all(|byte| byte == b'x'), "{shape:?} {size}");
    assert_eq!(record.severity, 9);
    is_told_apart(&record.resource);
}

async fn delivers_spans(receiver: &impl Receiver, way: Way) {
    let before = receiver.spans().len();
    let graph = Shape::new(way, Guest::Spans).graph();
    let ended = graph.invoke(&receiver.url(), "spans", Some("3")).await;
    assert_eq!(ended.code, Some(0), "{way:?} {ended:?}");
    let counts = "created=3 acknowledged=3 rejected=0 failed=0 unverified=0";
    assert_eq!(ended.records(), counts, "{way:?}");
    let spans = receiver.spans().split_off(before);
    let names: Vec<&str> = spans.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(names, ["span-0", "span-1", "span-2"], "{way:?}");
    spans.iter().for_each(|span| is_told_apart(&span.resource));
}

/// Graph and component are known by the resource.
fn is_told_apart(resource: &Attributes) {
    let attribute = |key: &str| resource.get(key).map(String::as_str);
    assert_eq!(attribute("service.name"), Some("under-test"));
    assert_eq!(attribute("componentgraph.graph"), Some("under-test"));
    assert_eq!(attribute("componentgraph.component"), Some("guest"));
}

async fn emit(receiver: &impl Receiver, shape: Shape, size: usize) -> Ended {
    shape.graph().invoke(&receiver.url(), "emit", Some(&size.to_string())).await
}

fn lost(ended: &Ended, code: &str) {
    assert_eq!(ended.code, Some(5), "{ended:?}");
    let counts = "created=1 acknowledged=0 rejected=0 failed=1 unverified=0";
    assert_eq!(ended.records(), counts, "{ended:?}");
    let start = format!("error: telemetry was not delivered: {code}: ");
    assert!(ended.stderr.contains(&start), "{ended:?}");
}

/// A test must not hang because a process does.
async fn in_time(test: impl Future<Output = ()>) {
    tokio::time::timeout(LONGEST, test).await.expect("the test takes too long");
}
