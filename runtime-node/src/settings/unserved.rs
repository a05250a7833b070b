//! What the manifest may say and this node cannot do. A setting that is accepted and then ignored
//! is worse than one that is refused.

use graph::{ComponentGraph, Problem, Telemetry};

/// One problem for each setting that would have no effect.
pub(super) fn check(graph: &ComponentGraph, problems: &mut Vec<Problem>) {
    for (i, component) in graph.spec.components.iter().enumerate() {
        if component.limits.is_some() {
            let name = component.name.as_str();
            problems.push(
                Problem::new(
                    "limits-unsupported",
                    format!("spec.components[{i}].limits"),
                    format!(
                        "component `{name}` has limits of its own, which this node cannot enforce"
                    ),
                )
                .fix("set spec.limits, which hold for all components of an invocation together"),
            );
        }
    }
    let telemetry = graph.spec.telemetry.as_ref();
    problems.extend(telemetry.into_iter().flat_map(ignored).map(|key| {
        Problem::new(
            "telemetry-unsupported",
            format!("spec.telemetry.{key}"),
            format!("`spec.telemetry.{key}` has no effect in this node yet"),
        )
        .expected("endpoint and resource")
        .fix("leave it out")
    }));
}

fn ignored(telemetry: &Telemetry) -> impl Iterator<Item = &'static str> {
    let set = [
        ("headers", !telemetry.headers.is_empty()),
        ("tls", telemetry.tls.is_some()),
        ("compression", telemetry.compression.is_some()),
        ("sampler", telemetry.sampler.is_some()),
        ("signals", telemetry.signals.is_some()),
    ];
    set.into_iter().filter(|(_, set)| *set).map(|(key, _)| key)
}
