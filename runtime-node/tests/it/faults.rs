//! What a user sees when the receiver misbehaves, on both paths: exit code, counts, one message;
//! and that a node which serves outlives every fault.

mod living;

use std::fmt::Write as _;
use std::time::Duration;

use expect_test::expect_file;
use futures_util::future::join_all;
use telemetry::faulty::{Fault, FaultyServer, nobody};

use crate::receivers::support::{Ended, Guest, Shape, Way};

const MIB: usize = 1 << 20;

/// How the receiver is, and what it is called in the table.
fn faults() -> Vec<(&'static str, Fault)> {
    let second = Duration::from_secs(1);
    vec![
        ("never answers", Fault::NeverAnswers),
        ("reset in mid-stream", Fault::ResetMidStream),
        ("stream refused", Fault::RefusesStream),
        ("connection closed", Fault::ClosesConnection),
        ("status 8", Fault::Status(8, "quota used up".into())),
        ("status 13", Fault::Status(13, "out of order".into())),
        ("status 14", Fault::Status(14, "später, 100 %".into())),
        ("status 16", Fault::Status(16, String::new())),
        ("status 99", Fault::Status(99, "news".into())),
        ("HTTP 503", Fault::Http503),
        ("trailers only", Fault::TrailersOnly(7, "not for you".into())),
        ("trailers only, status 0", Fault::TrailersOnly(0, String::new())),
        ("no trailers", Fault::NoTrailers),
        ("no reply", Fault::NoReply),
        ("reply is not protobuf", Fault::BadReply),
        ("reply of 64 MiB", Fault::HugeReply(64 * MIB)),
        ("partial success", partial(1, "too old")),
        ("partial success, more than sent", partial(7, "too many")),
        ("partial success, negative", partial(-1, "")),
        ("partial success, a warning", partial(0, "slow down")),
        ("slow", Fault::SlowOk(second)),
        ("no fault", Fault::Ok),
    ]
}

fn partial(rejected: i64, message: &str) -> Fault {
    Fault::PartialSuccess { rejected, message: message.to_owned() }
}

/// Whether the receiver took the record.
fn is_success(fault: &Fault) -> bool {
    matches!(fault, Fault::Ok | Fault::SlowOk(_) | Fault::PartialSuccess { rejected: 0, .. })
}

/// Enough for `slow`; `never answers` takes that long.
fn shape(way: Way) -> Shape {
    Shape { timeout: Some("3s"), ..Shape::new(way, Guest::Hello) }
}

async fn invoke(shape: Shape, address: impl ToString) -> Ended {
    let address = address.to_string();
    let mut ended = shape.graph().invoke(&format!("http://{address}"), "log", Some("hi")).await;
    ended.stderr = ended.stderr.replace(&address, "ADDR");
    ended
}

const NO_ERROR: &str = "";

/// The one message about records, without what is the same for all.
fn message(ended: &Ended) -> &str {
    let start = "error: telemetry was not delivered: ";
    let mut messages = ended.stderr.lines().filter_map(|line| line.strip_prefix(start));
    let message = messages.next().unwrap_or(NO_ERROR);
    assert_eq!(messages.next(), None, "more than one message: {ended:?}");
    message
}

/// The stable word a message begins with.
fn word(message: &str) -> &str {
    message.split(':').next().unwrap_or_default()
}

/// What both ways did, as text; that they agree and that nothing lost counts as delivered.
fn compare(name: &str, success: bool, both: &[Ended; 2]) -> String {
    let mut text = format!("{name}\n");
    for (way, ended) in Way::BOTH.iter().zip(both) {
        let code = ended.code.unwrap();
        // What the function returned does not depend on telemetry.
        assert_eq!(ended.stdout, "null\n", "{name}");
        assert!(ended.stderr.starts_with("invocations: ok=1 error=0 trapped=0\n"), "{ended:?}");
        assert_eq!(success, ended.records().contains("acknowledged=1"), "{name} {way:?}");
        assert_eq!(success, code == 0, "{name} {way:?}: {ended:?}");
        assert_eq!(success, message(ended) == NO_ERROR, "{name} {way:?}: {ended:?}");
        writeln!(text, "  {}: exit {code}, {}", way.name(), ended.records()).unwrap();
        if !success {
            writeln!(text, "    {}", message(ended)).unwrap();
        }
    }
    let [one, other] = both;
    assert_eq!(one.code, other.code, "{name}");
    assert_eq!(one.records(), other.records(), "{name}");
    assert_eq!(word(message(one)), word(message(other)), "{name}");
    text
}

async fn misbehaving(name: &str, fault: Fault) -> String {
    let fault = &fault;
    let ends = Way::BOTH.map(|way| async move {
        let server = FaultyServer::start(fault.clone()).await.unwrap();
        let ended = invoke(shape(way), server.address()).await;
        // A stream that was refused was not processed: it alone may be sent again.
        let most = if *fault == Fault::RefusesStream { 2 } else { 1 };
        assert!((1..=most).contains(&server.received().len()), "{name} {way:?}");
        ended
    });
    compare(name, is_success(fault), &join_all(ends).await.try_into().unwrap())
}

async fn absent() -> String {
    let ends =
        Way::BOTH.map(|way| async move { invoke(shape(way), nobody().await.unwrap()).await });
    compare("nothing listens", false, &join_all(ends).await.try_into().unwrap())
}

/// A value that the adapter on both ways refuses.
async fn misconfigured() -> String {
    let ends = Way::BOTH.map(|way| async move {
        let shape = Shape { flush: Some("never"), ..shape(way) };
        invoke(shape, nobody().await.unwrap()).await
    });
    compare("bad config value", false, &join_all(ends).await.try_into().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_has_its_exit_code_counts_and_message() {
    let table = faults();
    let misbehaving = join_all(table.into_iter().map(|(name, fault)| misbehaving(name, fault)));
    let (absent, misconfigured, misbehaving) =
        futures_util::join!(absent(), misconfigured(), misbehaving);
    let text = [vec![absent, misconfigured], misbehaving].concat().concat();
    expect_file!["faults.expect"].assert_eq(&text);
}

/// Each signal waits for its own deadline, and both are counted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_never_answers_to_logs_and_spans() {
    let ends = Way::BOTH.map(|way| async move {
        let server = FaultyServer::start(Fault::NeverAnswers).await.unwrap();
        let graph = Shape::new(way, Guest::Spans).graph();
        let ended = graph.invoke(&server.url(), "full", None).await;
        assert_eq!(ended.code, Some(5), "{ended:?}");
        let counts = "created=2 acknowledged=0 rejected=0 failed=2 unverified=0";
        assert_eq!(ended.records(), counts, "{ended:?}");
        assert_eq!(word(message(&ended)), "DEADLINE_EXCEEDED", "{ended:?}");
        assert!(!ended.stderr.contains("warning"), "{ended:?}");
        assert_eq!(server.received().len(), 2);
    });
    join_all(ends).await;
}

/// What only one way reads: a field of the manifest is refused before anything runs, a value of a
/// component's configuration by the component itself.
#[tokio::test]
async fn a_size_that_is_none() {
    let size = |way| Shape { most: Some("4MB"), ..shape(way) };
    let address = nobody().await.unwrap();
    let ended = invoke(size(Way::Capability), address).await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""), "{ended:?}");
    assert!(ended.stderr.contains("maxRequestBytes"), "{ended:?}");
    assert!(ended.stderr.contains("4MB"), "{ended:?}");

    let ended = invoke(size(Way::Components), address).await;
    assert_eq!(ended.code, Some(5), "{ended:?}");
    let expected = "not_configured: config key max-request-bytes: \
                    expected a quantity below 4Gi such as 4Mi, found \"4MB\"";
    assert_eq!(message(&ended), expected);
}
