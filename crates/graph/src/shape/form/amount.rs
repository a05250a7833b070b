//! Quantities and durations, and which amounts make sense.

use std::time::Duration;

use super::{Form, Verdict, form};
use crate::value::{duration, quantity};

pub(in crate::shape) static MEMORY: Form = form(
    "bad-quantity",
    32,
    |text| amount(text, 64 << 10, 1 << 40),
    "a quantity from `64Ki` to `1Ti`",
    "write a number and a unit, such as `64Mi`",
);

pub(in crate::shape) static MESSAGE_BYTES: Form = form(
    "bad-quantity",
    32,
    |text| amount(text, 1, 1 << 30),
    "a quantity up to `1Gi`",
    "write a number and a unit, such as `4Mi`",
);

fn amount(text: &str, least: u64, most: u64) -> Verdict {
    match quantity(text) {
        Ok(bytes) if bytes < least => Err("is too small".into()),
        Ok(bytes) if bytes > most => Err("is too large".into()),
        Ok(_) => Ok(()),
        Err(error) => Err(format!("is not a quantity of bytes: {error}")),
    }
}

pub(in crate::shape) static TIMEOUT: Form = form(
    "bad-duration",
    32,
    |text| match duration(text) {
        Ok(time) if time.is_zero() => Err("is zero".into()),
        Ok(time) if time > Duration::from_secs(24 * 3600) => Err("is longer than a day".into()),
        Ok(_) => Ok(()),
        Err(error) => Err(format!("is not a duration: {error}")),
    },
    "a duration from `1ms` to `24h`",
    "write a number and a unit (`ms`, `s`, `m`, `h`), such as `500ms` or `10s`",
);
