//! HTTP requests from the machine into the cluster, one connection each, as plain as can be. What is
//! asked is not known here.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

/// As long as a call may take; shorter would be a demand on the machine.
const LIMIT: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(10);

/// Calls the route `/log`, and expects it to go well.
pub(crate) fn log(address: &str, message: &str) -> Result<()> {
    log_once_open(address, message, LIMIT)
}

/// The same for one who tries again and again: what was sent before the Service had a way to a pod
/// is lost, and TCP sends it again a second later at the earliest.
pub(crate) fn log_once_open(address: &str, message: &str, connecting: Duration) -> Result<()> {
    let body = serde_json::to_string(message)?;
    let stream = TcpStream::connect_timeout(&address.parse().context("address")?, connecting);
    let mut stream = stream.with_context(|| format!("connecting to {address}"))?;
    stream.set_read_timeout(Some(LIMIT))?;
    let length = body.len();
    write!(
        stream,
        "POST /log HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).context("reading the answer")?;
    ensure!(answer.starts_with("HTTP/1.1 200 "), "POST /log: {answer}");
    Ok(())
}

/// Calls all the time while `work` is done. Gives how many calls there were; one that fails is the
/// error.
pub(super) fn meanwhile(address: &str, work: impl FnOnce() -> Result<()>) -> Result<u32> {
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let caller = scope.spawn(|| {
            let mut calls = 0;
            while !stop.load(Ordering::Relaxed) {
                log(address, "under load").with_context(|| format!("call {}", calls + 1))?;
                calls += 1;
                thread::sleep(PAUSE);
            }
            anyhow::Ok(calls)
        });
        let outcome = work();
        stop.store(true, Ordering::Relaxed);
        let calls = caller.join().map_err(|_| anyhow::anyhow!("the caller panicked"))?;
        outcome?;
        calls
    })
}
