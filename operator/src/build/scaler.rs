//! The autoscaler. It changes the number in the graph, as people do; the Deployment follows.

use graph::Autoscaling;
use k8s_openapi::api::autoscaling::v2::{
    CrossVersionObjectReference, HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec, MetricSpec,
    MetricTarget, ResourceMetricSource,
};

use super::Plan;

/// Percent of the requested CPU at which pods are added.
const CPU: u32 = 80;

pub(super) fn scaler(plan: &Plan<'_>, wanted: &Autoscaling) -> HorizontalPodAutoscaler {
    HorizontalPodAutoscaler {
        metadata: plan.meta(plan.name()),
        spec: Some(HorizontalPodAutoscalerSpec {
            min_replicas: Some(number(wanted.min_replicas.unwrap_or(1))),
            max_replicas: number(wanted.max_replicas),
            scale_target_ref: CrossVersionObjectReference {
                api_version: Some(graph::API_VERSION.to_owned()),
                kind: graph::KIND.to_owned(),
                name: plan.name().to_owned(),
            },
            metrics: Some(vec![MetricSpec {
                type_: "Resource".to_owned(),
                resource: Some(ResourceMetricSource {
                    name: "cpu".to_owned(),
                    target: MetricTarget {
                        type_: "Utilization".to_owned(),
                        average_utilization: Some(number(
                            wanted.target_cpu_utilization.unwrap_or(CPU),
                        )),
                        ..MetricTarget::default()
                    },
                }),
                ..MetricSpec::default()
            }]),
            ..HorizontalPodAutoscalerSpec::default()
        }),
        ..HorizontalPodAutoscaler::default()
    }
}

/// The manifest has far narrower bounds.
pub(super) fn number(value: u32) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}
