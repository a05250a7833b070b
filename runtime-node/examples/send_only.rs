//! The other side of `cargo xtask bench invoke`: the request that one invocation of `hello-log`
//! makes, sent by the same channel, without any wasm. It knows no graph.
//!
//! Usage: `send_only URL COUNT CONCURRENCY`

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use bytes::Bytes;
use mimalloc::MiMalloc;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message;
use runtime_node::triggers::processor_time;
use telemetry::{Channel, ChannelOptions};
use tokio::task::JoinSet;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

const METHOD: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let mut next = || args.next().context("usage: send_only URL COUNT CONCURRENCY");
    let (url, count, concurrency) = (next()?, next()?.parse()?, next()?.parse()?);
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run(
        &url,
        count,
        concurrency,
    ))
}

async fn run(url: &str, count: u32, concurrency: u32) -> Result<()> {
    let channel = Channel::new(url, ChannelOptions::default())?;
    let message = Bytes::from(request()?.encode_to_vec());
    let left = Arc::new(AtomicU32::new(count));
    let (begun, used) = (Instant::now(), processor_time());
    let mut workers = JoinSet::new();
    for _ in 0..concurrency {
        workers.spawn(send(channel.clone(), message.clone(), Arc::clone(&left)));
    }
    while let Some(worker) = workers.join_next().await {
        worker??;
    }
    let processor = processor_time().zip(used).map(|(now, then)| now.saturating_sub(then));
    let times = serde_json::json!({
        "wall": u64::try_from(begun.elapsed().as_nanos())?,
        "processor": processor.map(|time| time.as_nanos() as u64),
    });
    println!("{}", serde_json::json!({ "bytes": message.len(), "nanoseconds": times }));
    Ok(())
}

async fn send(channel: Channel, message: Bytes, left: Arc<AtomicU32>) -> Result<()> {
    while left.try_update(Relaxed, Relaxed, |n| n.checked_sub(1)).is_ok() {
        // As in an invocation, the bytes are the sender's own.
        channel.send(METHOD, Bytes::copy_from_slice(&message)).await?;
    }
    Ok(())
}

/// What the adapter sends for one record of `hello-log`.
fn request() -> Result<ExportLogsServiceRequest> {
    let now = u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos())?;
    let record = LogRecord {
        time_unix_nano: now,
        observed_time_unix_nano: now,
        severity_number: 9,
        severity_text: "INFO".to_owned(),
        body: text("bench"),
        attributes: vec![attribute("component", "guest")],
        ..LogRecord::default()
    };
    let scope = InstrumentationScope {
        name: "test-logger".to_owned(),
        version: "0.1.0".to_owned(),
        ..InstrumentationScope::default()
    };
    let resource = [
        ("componentgraph.component", "guest"),
        ("componentgraph.graph", "otel-example"),
        ("service.name", "otel-example"),
    ];
    let resource = Resource {
        attributes: resource.map(|(key, value)| attribute(key, value)).to_vec(),
        ..Resource::default()
    };
    let scope = ScopeLogs { scope: Some(scope), log_records: vec![record], ..ScopeLogs::default() };
    let logs = ResourceLogs {
        resource: Some(resource),
        scope_logs: vec![scope],
        ..ResourceLogs::default()
    };
    Ok(ExportLogsServiceRequest { resource_logs: vec![logs] })
}

fn attribute(key: &str, value: &str) -> KeyValue {
    KeyValue { key: key.to_owned(), value: text(value), ..KeyValue::default() }
}

fn text(value: &str) -> Option<AnyValue> {
    Some(AnyValue { value: Some(Value::StringValue(value.to_owned())) })
}
