//! The `podTemplate` of a graph, merged over the template that is built: lists by name, maps by key,
//! as an API server would. What the operator relies on cannot be changed; the problem names it.

use graph::{Problem, show};
use k8s_openapi::DeepMerge;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::PodTemplateSpec;
use serde_json::{Value, json};

/// Where all of it stands in a manifest.
const FIELD: &str = "spec.podTemplate";

/// Values that are defaults and no more.
const DEFAULTS: [&str; 5] = [
    "spec.containers.resources",
    "spec.securityContext.fsGroup",
    "spec.securityContext.runAsGroup",
    "spec.securityContext.runAsUser",
    "spec.topologySpreadConstraints",
];

/// Fields that tell the entries of a list apart, the best first: several mounts share the name of one
/// volume, and ports need no name.
const IDENTITIES: [&str; 3] = ["mountPath", "containerPort", "name"];

/// Lays it over the template; returns what is wrong with it.
pub(super) fn lay(deployment: &mut Deployment, overlay: &Value) -> Vec<Problem> {
    let Some(spec) = &mut deployment.spec else { return Vec::new() };
    let typed: PodTemplateSpec = match serde_json::from_value(overlay.clone()) {
        Ok(typed) => typed,
        Err(error) => return vec![unreadable(&error)],
    };
    let mut problems = Vec::new();
    unknown(overlay, &json!(typed), FIELD, &mut problems);
    conflicts(overlay, &json!(spec.template), &Place::default(), &mut problems);
    if problems.is_empty() {
        spec.template.merge_from(typed);
    }
    problems
}

fn unreadable(error: &serde_json::Error) -> Problem {
    Problem::new("wrong-type", FIELD, format!("it is no pod template: {error}"))
        .expected("the form of `spec.template` of a Deployment")
}

/// Keys that did not survive being read.
fn unknown(overlay: &Value, read: &Value, at: &str, problems: &mut Vec<Problem>) {
    match (overlay, read) {
        (Value::Object(overlay), Value::Object(read)) => {
            for (key, value) in overlay {
                let at = format!("{at}.{key}");
                match read.get(key) {
                    Some(read) => unknown(value, read, &at, problems),
                    None if value.is_null() => {}
                    None => {
                        let message = format!("pods have no field {}", show(key));
                        problems.push(
                            Problem::new("unknown-key", at, message)
                                .fix("correct its name, or remove it"),
                        );
                    }
                }
            }
        }
        (Value::Array(overlay), Value::Array(read)) => {
            for (index, (value, read)) in overlay.iter().zip(read).enumerate() {
                unknown(value, read, &format!("{at}[{index}]"), problems);
            }
        }
        _ => {}
    }
}

/// A place in the overlay: as it is shown, and without the numbers of entries.
#[derive(Clone, Debug, Default)]
struct Place {
    shown: String,
    plain: String,
}

impl Place {
    fn key(&self, key: &str) -> Self {
        let dot = if self.plain.is_empty() { "" } else { "." };
        Self { shown: format!("{}.{key}", self.shown), plain: format!("{}{dot}{key}", self.plain) }
    }

    fn entry(&self, index: usize) -> Self {
        Self { shown: format!("{}[{index}]", self.shown), plain: self.plain.clone() }
    }
}

/// Values other than those of the template.
fn conflicts(overlay: &Value, template: &Value, place: &Place, problems: &mut Vec<Problem>) {
    if overlay.is_null() || DEFAULTS.contains(&place.plain.as_str()) {
        return;
    }
    match (overlay, template) {
        (Value::Object(overlay), Value::Object(template)) => {
            for (key, value) in overlay {
                if let Some(own) = template.get(key) {
                    conflicts(value, own, &place.key(key), problems);
                }
            }
        }
        (Value::Array(overlay), Value::Array(template)) if is_keyed(template) => {
            for (index, value) in overlay.iter().enumerate() {
                let own = template.iter().find(|own| is_same(own, value));
                if let Some(own) = own {
                    conflicts(value, own, &place.entry(index), problems);
                }
            }
        }
        (overlay, template) if overlay == template => {}
        (overlay, template) => problems.push(conflict(place, overlay, template)),
    }
}

fn conflict(place: &Place, overlay: &Value, template: &Value) -> Problem {
    let field = format!("{FIELD}{}", place.shown);
    Problem::new("overlay-conflict", field, "this field belongs to the operator")
        .expected(format!("`{template}`"))
        .found(format!("`{overlay}`"))
        .fix("remove it")
}

fn is_keyed(template: &[Value]) -> bool {
    let has_key = |entry: &Value| IDENTITIES.iter().any(|key| entry.get(key).is_some());
    template.iter().all(has_key)
}

/// Whether both have one identity, by the first field that tells such entries apart.
fn is_same(own: &Value, other: &Value) -> bool {
    let key = IDENTITIES.into_iter().find(|key| own.get(key).is_some());
    key.is_some_and(|key| own.get(key) == other.get(key))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::build::tests::deployment;

    /// The merged template where it differs, or the problems.
    fn check(overlay: Value, expect: Expect) {
        let mut merged = deployment();
        let before = json!(merged);
        let problems = lay(&mut merged, &overlay);
        let mut text = String::new();
        for problem in &problems {
            text.push_str(&format!("{}: {}\n", problem.code, crate::refusal::sentence(problem)));
        }
        differences(&before["spec"]["template"], &json!(merged)["spec"]["template"], "", &mut text);
        expect.assert_eq(&text);
    }

    fn differences(before: &Value, after: &Value, at: &str, text: &mut String) {
        match (before, after) {
            (before, after) if before == after => {}
            (Value::Object(before), Value::Object(after)) => {
                for (key, value) in after {
                    let old = before.get(key).unwrap_or(&Value::Null);
                    differences(old, value, &format!("{at}.{key}"), text);
                }
            }
            (Value::Array(before), Value::Array(after)) => {
                for (index, value) in after.iter().enumerate() {
                    let old = before.get(index).unwrap_or(&Value::Null);
                    differences(old, value, &format!("{at}[{index}]"), text);
                }
            }
            (before, after) => text.push_str(&format!("{at}: {before} → {after}\n")),
        }
    }

    #[test]
    fn what_people_add_is_added() {
        check(
            json!({
                "metadata": {"labels": {"team": "a"}, "annotations": {"note": "b"}},
                "spec": {
                    "nodeSelector": {"disk": "fast"},
                    "tolerations": [{"key": "a", "operator": "Exists"}],
                    "containers": [
                        {"name": "node", "env": [{"name": "A", "value": "1"}],
                         "resources": {"limits": {"memory": "1Gi"}}},
                        {"name": "sidecar", "image": "example/sidecar:1"}],
                    "securityContext": {"runAsUser": 1000},
                },
            }),
            expect![[r#"
                .metadata.annotations: null → {"note":"b"}
                .metadata.labels.team: null → "a"
                .spec.containers[0].env[4]: null → {"name":"A","value":"1"}
                .spec.containers[0].resources.limits.memory: "512Mi" → "1Gi"
                .spec.containers[1]: null → {"image":"example/sidecar:1","name":"sidecar"}
                .spec.nodeSelector: null → {"disk":"fast"}
                .spec.securityContext.runAsUser: 65532 → 1000
                .spec.tolerations: null → [{"key":"a","operator":"Exists"}]
            "#]],
        );
    }

    #[test]
    fn what_the_operator_relies_on_stays() {
        check(
            json!({
                "metadata": {"labels": {"componentgraph.dev/graph": "another"}},
                "spec": {
                    "serviceAccountName": "powerful",
                    "containers": [{"name": "node", "image": "other:1", "args": ["run"],
                        "volumeMounts": [{"name": "mine", "mountPath": "/etc/componentgraph/live"}]}],
                    "securityContext": {"runAsNonRoot": false},
                    "volumes": [{"name": "live", "configMap": {"name": "mine"}}],
                },
            }),
            expect![[r#"
                overlay-conflict: spec.podTemplate.metadata.labels.componentgraph.dev/graph: this field belongs to the operator; expected: `"otel-example"`; found: `"another"`; fix: remove it
                overlay-conflict: spec.podTemplate.spec.serviceAccountName: this field belongs to the operator; expected: `"otel-example"`; found: `"powerful"`; fix: remove it
                overlay-conflict: spec.podTemplate.spec.containers[0].image: this field belongs to the operator; expected: `"example/runtime-node:1"`; found: `"other:1"`; fix: remove it
                overlay-conflict: spec.podTemplate.spec.containers[0].args: this field belongs to the operator; expected: `["run","/etc/componentgraph/revision/graph.json","--live","/etc/componentgraph/live/live.json","--config-maps-dir","/etc/componentgraph/config-maps","--secrets-dir","/etc/componentgraph/secrets","--address","0.0.0.0","--stop-grace","5","--drain","30","--termination-log","/dev/termination-log","--log-format","json"]`; found: `["run"]`; fix: remove it
                overlay-conflict: spec.podTemplate.spec.containers[0].volumeMounts[0].name: this field belongs to the operator; expected: `"live"`; found: `"mine"`; fix: remove it
                overlay-conflict: spec.podTemplate.spec.securityContext.runAsNonRoot: this field belongs to the operator; expected: `true`; found: `false`; fix: remove it
                overlay-conflict: spec.podTemplate.spec.volumes[0].configMap.name: this field belongs to the operator; expected: `"otel-example-live"`; found: `"mine"`; fix: remove it
            "#]],
        );
    }

    #[test]
    fn what_is_no_pod_template_is_refused() {
        check(
            json!({"spec": {"nodeSelectr": {}, "containers": [{"name": "node", "tty": true, "ttyy": 1}]}}),
            expect![[r#"
                unknown-key: spec.podTemplate.spec.nodeSelectr: pods have no field `nodeSelectr`; fix: correct its name, or remove it
                unknown-key: spec.podTemplate.spec.containers[0].ttyy: pods have no field `ttyy`; fix: correct its name, or remove it
            "#]],
        );
        check(
            json!({"spec": {"containers": {"name": "node"}}}),
            expect![[r#"
            wrong-type: spec.podTemplate: it is no pod template: invalid type: map, expected a sequence; expected: the form of `spec.template` of a Deployment
        "#]],
        );
    }
}
