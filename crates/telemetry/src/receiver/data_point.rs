//! A data point of a metric in readable form. It does not know how it is printed.

use std::sync::Arc;

use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::metrics::v1 as proto;
use proto::metric::Data;
use proto::number_data_point::Value as Number;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::value::{Origin, attributes, double, time};

/// A data point, with what its metric says about it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DataPoint {
    /// Name of the metric.
    pub name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// `gauge`, `sum`, `histogram`, `exponential_histogram` or `summary`.
    pub kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temporality: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub monotonic: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// A number, or an object with counts and sums.
    pub value: Value,
    pub attributes: Map<String, Value>,
    #[serde(flatten)]
    pub origin: Arc<Origin>,
}

/// What differs from point to point.
struct Point {
    start: u64,
    time: u64,
    value: Value,
    attributes: Vec<KeyValue>,
}

/// What the points of a metric have in common.
struct Shape {
    kind: &'static str,
    temporality: Option<&'static str>,
    monotonic: Option<bool>,
}

/// All data points of one metric.
pub(super) fn all(mut metric: proto::Metric, origin: &Arc<Origin>) -> Vec<DataPoint> {
    let Some(data) = metric.data.take() else { return Vec::new() };
    let (shape, points) = points(data);
    let describe = |point: Point| DataPoint {
        name: metric.name.clone(),
        description: metric.description.clone(),
        unit: metric.unit.clone(),
        kind: shape.kind,
        temporality: shape.temporality,
        monotonic: shape.monotonic,
        start: time(point.start),
        time: time(point.time),
        value: point.value,
        attributes: attributes(point.attributes),
        origin: Arc::clone(origin),
    };
    points.into_iter().map(describe).collect()
}

fn points(data: Data) -> (Shape, Vec<Point>) {
    let plain = |kind| Shape { kind, temporality: None, monotonic: None };
    let over_time = |kind, number| Shape { temporality: Some(temporality(number)), ..plain(kind) };
    match data {
        Data::Gauge(gauge) => (plain("gauge"), gauge.data_points.into_iter().map(number).collect()),
        Data::Sum(sum) => {
            let shape = over_time("sum", sum.aggregation_temporality);
            let shape = Shape { monotonic: Some(sum.is_monotonic), ..shape };
            (shape, sum.data_points.into_iter().map(number).collect())
        }
        Data::Histogram(histogram) => {
            let shape = over_time("histogram", histogram.aggregation_temporality);
            (shape, histogram.data_points.into_iter().map(buckets).collect())
        }
        Data::ExponentialHistogram(histogram) => {
            let shape = over_time("exponential_histogram", histogram.aggregation_temporality);
            (shape, histogram.data_points.into_iter().map(exponential).collect())
        }
        Data::Summary(summary) => {
            (plain("summary"), summary.data_points.into_iter().map(quantiles).collect())
        }
    }
}

fn temporality(number: i32) -> &'static str {
    match number {
        1 => "delta",
        2 => "cumulative",
        _ => "unspecified",
    }
}

fn number(point: proto::NumberDataPoint) -> Point {
    let value = match point.value {
        Some(Number::AsInt(number)) => Value::from(number),
        Some(Number::AsDouble(number)) => double(number),
        None => Value::Null,
    };
    Point {
        start: point.start_time_unix_nano,
        time: point.time_unix_nano,
        value,
        attributes: point.attributes,
    }
}

fn doubles(numbers: Vec<f64>) -> Value {
    numbers.into_iter().map(double).collect()
}

fn buckets(point: proto::HistogramDataPoint) -> Point {
    let value = json!({
        "count": point.count,
        "sum": point.sum.map(double),
        "min": point.min.map(double),
        "max": point.max.map(double),
        "bounds": doubles(point.explicit_bounds),
        "counts": point.bucket_counts,
    });
    Point {
        start: point.start_time_unix_nano,
        time: point.time_unix_nano,
        value,
        attributes: point.attributes,
    }
}

fn exponential(point: proto::ExponentialHistogramDataPoint) -> Point {
    let side = |side: Option<proto::exponential_histogram_data_point::Buckets>| {
        side.map(|side| json!({ "offset": side.offset, "counts": side.bucket_counts }))
    };
    let value = json!({
        "count": point.count,
        "sum": point.sum.map(double),
        "min": point.min.map(double),
        "max": point.max.map(double),
        "scale": point.scale,
        "zero_count": point.zero_count,
        "zero_threshold": double(point.zero_threshold),
        "positive": side(point.positive),
        "negative": side(point.negative),
    });
    Point {
        start: point.start_time_unix_nano,
        time: point.time_unix_nano,
        value,
        attributes: point.attributes,
    }
}

fn quantiles(point: proto::SummaryDataPoint) -> Point {
    let quantiles: Value = (point.quantile_values.iter())
        .map(|at| json!({ "quantile": double(at.quantile), "value": double(at.value) }))
        .collect();
    let value = json!({ "count": point.count, "sum": double(point.sum), "quantiles": quantiles });
    Point {
        start: point.start_time_unix_nano,
        time: point.time_unix_nano,
        value,
        attributes: point.attributes,
    }
}
