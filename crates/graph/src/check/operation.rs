//! Lists that must not repeat themselves, and numbers that must be in order.

use super::repeated;
use crate::manifest::{Capability, Component, Spec, Telemetry};
use crate::problem::{Problem, show};

pub(super) fn operation(spec: &Spec) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (i, component) in spec.components.iter().enumerate() {
        problems.extend(env(component, i));
    }
    for (i, capability) in spec.capabilities.iter().enumerate() {
        problems.extend(preopens(capability, i));
    }
    problems.extend(spec.telemetry.as_ref().map(headers).unwrap_or_default());
    problems.extend(pull_secrets(spec));
    problems.extend(replicas(spec));
    problems
}

fn pull_secrets(spec: &Spec) -> Vec<Problem> {
    let names = spec.image_pull_secrets.iter().enumerate();
    let names = names.map(|(k, s)| (&s.name, format!("spec.imagePullSecrets[{k}].name")));
    repeated(names.filter(|(name, _)| !name.is_empty()), |name, first, field| {
        let message = format!("the pull secret {} is listed twice", show(name));
        Problem::new("duplicate-pull-secret", field, message)
            .expected("each name once")
            .found(format!("the same at `{first}`"))
            .fix("remove one of the two")
    })
}

fn env(component: &Component, index: usize) -> Vec<Problem> {
    let names = component.env.iter().enumerate();
    let names = names.map(|(k, v)| (&v.name, format!("spec.components[{index}].env[{k}].name")));
    repeated(names.filter(|(name, _)| !name.is_empty()), |name, first, field| {
        let message = format!("component `{}` sets {} twice", component.name, show(name));
        Problem::new("duplicate-env", field, message)
            .expected("each variable once")
            .found(format!("the same at `{first}`"))
            .fix("remove one of the two")
    })
}

fn preopens(capability: &Capability, index: usize) -> Vec<Problem> {
    let Some(options) = &capability.wasi_filesystem else { return Vec::new() };
    let base = format!("spec.capabilities[{index}].wasiFilesystem.preopens");
    let guests = options.preopens.iter().enumerate();
    let guests = guests.map(|(k, p)| (&p.guest, format!("{base}[{k}].guest")));
    repeated(guests.filter(|(guest, _)| !guest.is_empty()), |guest, first, field| {
        let message = format!("capability `{}` has {} twice", capability.name, show(guest));
        Problem::new("duplicate-preopen", field, message)
            .expected("each path of the guest once")
            .found(format!("the same at `{first}`"))
            .fix("give one of the two another path")
    })
}

fn headers(telemetry: &Telemetry) -> Vec<Problem> {
    let names = telemetry.headers.iter().enumerate().filter(|(_, h)| !h.name.is_empty());
    // Header names are the same in capitals.
    let names = names
        .map(|(k, h)| (h.name.to_ascii_lowercase(), format!("spec.telemetry.headers[{k}].name")));
    repeated(names, |name, first, field| {
        Problem::new("duplicate-header", field, format!("the header {} is set twice", show(name)))
            .expected("each header once; capitals do not matter")
            .found(format!("the same at `{first}`"))
            .fix("remove one of the two")
    })
}

fn replicas(spec: &Spec) -> Option<Problem> {
    let autoscaling = spec.autoscaling.as_ref()?;
    let (min, max) = (autoscaling.min_replicas?, autoscaling.max_replicas);
    if min <= max {
        return None;
    }
    let message = "`minReplicas` is larger than `maxReplicas`";
    Some(
        Problem::new("replicas-order", "spec.autoscaling.minReplicas", message)
            .expected(format!("at most {max}, which is `maxReplicas`"))
            .found(format!("`{min}`"))
            .fix("lower `minReplicas` or raise `maxReplicas`"),
    )
}
