//! What the runs said, per invocation and with spread. Knows nothing of processes.

use serde_json::Value;

use crate::bench::goal;
use crate::bench::spread::{HEADINGS, Spread};

const GOAL_EACH: f64 = 200.0;
const GOAL_BEFORE_SEND: f64 = 25.0;

/// Microseconds per invocation of one run. A part that the run did not tell is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Times {
    wall: f64,
    processor: f64,
    instantiate: f64,
    call: f64,
    deliver: f64,
    before_send: f64,
    send: f64,
}

impl Times {
    pub(super) fn read(value: &Value, count: u32) -> Option<Self> {
        let times = value.get("nanoseconds")?;
        let part = |name: &str| Some(times.get(name)?.as_f64()? / 1e3 / f64::from(count));
        Some(Self {
            wall: part("wall")?,
            processor: part("processor")?,
            instantiate: part("instantiate").unwrap_or_default(),
            call: part("call").unwrap_or_default(),
            deliver: part("deliver").unwrap_or_default(),
            before_send: part("beforeSend").unwrap_or_default(),
            send: part("send").unwrap_or_default(),
        })
    }

    /// All of an invocation but the wait for the collector: before the send and after it.
    fn all_but_send(&self) -> f64 {
        self.instantiate + self.call + self.deliver - self.send
    }
}

/// All runs with one concurrency.
pub(super) struct Report {
    pub(super) concurrency: u32,
    node: Vec<Times>,
    sender: Vec<Times>,
}

impl Report {
    pub(super) fn new(concurrency: u32) -> Self {
        Self { concurrency, node: Vec::new(), sender: Vec::new() }
    }

    pub(super) fn node(&mut self, times: Times) {
        self.node.push(times);
    }

    pub(super) fn sender(&mut self, times: Times) {
        self.sender.push(times);
    }

    pub(super) fn print(&self) {
        print!("{}", self.text());
    }

    fn text(&self) -> String {
        let of = |times: &[Times], part: fn(&Times) -> f64| times.iter().map(part).collect();
        let ratio = |part: fn(&Times) -> f64| {
            let pairs = self.node.iter().zip(&self.sender);
            pairs.map(|(node, sender)| part(node) / part(sender)).collect()
        };
        let rows: [(&str, Spread); 12] = [
            ("node: wall", of(&self.node, |t| t.wall)),
            ("node: processor", of(&self.node, |t| t.processor)),
            ("  instantiate", of(&self.node, |t| t.instantiate)),
            ("  call", of(&self.node, |t| t.call)),
            ("  deliver", of(&self.node, |t| t.deliver)),
            ("    of that, send", of(&self.node, |t| t.send)),
            ("  all but send", of(&self.node, Times::all_but_send)),
            ("    of that, before the send", of(&self.node, |t| t.before_send)),
            ("send only: wall", of(&self.sender, |t| t.wall)),
            ("send only: processor", of(&self.sender, |t| t.processor)),
            ("node / send only: wall", ratio(|t| t.wall)),
            ("node / send only: processor", ratio(|t| t.processor)),
        ];
        let heading = format!("concurrency {}, µs per invocation", self.concurrency);
        let mut text = format!("\n{heading:<35}{HEADINGS}\n");
        for (name, spread) in rows {
            text += &format!("{name:<35}{spread}\n");
        }
        text
    }

    /// Holds the runs without concurrency against the goals.
    pub(super) fn goals(reports: &[Self]) {
        let Some(alone) = reports.iter().find(|report| report.concurrency == 1) else { return };
        let median = |part: fn(&Times) -> f64| alone.node.iter().map(part).collect::<Spread>();
        println!();
        goal("an invocation with its own call", GOAL_EACH, "µs", median(|t| t.wall).median());
        let before = median(|t| t.before_send).median();
        goal("all that comes before the send", GOAL_BEFORE_SEND, "µs", before);
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn run(wall: u64) -> Times {
        let parts = serde_json::json!({
            "wall": wall, "processor": wall / 2, "instantiate": 10_000, "call": 2_000,
            "deliver": 50_000, "beforeSend": 18_000, "send": 40_000,
        });
        Times::read(&serde_json::json!({ "nanoseconds": parts }), 2).unwrap()
    }

    #[test]
    fn a_report_shows_each_part_with_its_spread() {
        let mut report = Report::new(1);
        for wall in [200_000, 240_000, 280_000] {
            report.node(run(wall));
        }
        for wall in [100_000, 80_000, 120_000] {
            report.sender(run(wall));
        }
        expect![[r#"

            concurrency 1, µs per invocation         min   median      max
            node: wall                            100.00   120.00   140.00
            node: processor                        50.00    60.00    70.00
              instantiate                           5.00     5.00     5.00
              call                                  1.00     1.00     1.00
              deliver                              25.00    25.00    25.00
                of that, send                      20.00    20.00    20.00
              all but send                         11.00    11.00    11.00
                of that, before the send            9.00     9.00     9.00
            send only: wall                        40.00    50.00    60.00
            send only: processor                   20.00    25.00    30.00
            node / send only: wall                  2.00     2.33     3.00
            node / send only: processor             2.00     2.33     3.00
        "#]]
        .assert_eq(&report.text());
    }

    #[test]
    fn a_run_without_processor_time_is_no_run() {
        let value = serde_json::json!({ "nanoseconds": { "wall": 1, "processor": null } });
        assert_eq!(Times::read(&value, 1), None);
    }
}
