//! `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SERVICE_NAME`, as OpenTelemetry defines them: what the
//! surroundings say of the source of telemetry. It does not know what the manifest says of it.

use std::collections::BTreeMap;

use graph::Problem;
use percent_encoding::percent_decode_str;

const VARIABLE: &str = "OTEL_RESOURCE_ATTRIBUTES";

/// Values of the two variables, where they are set.
#[derive(Clone, Debug, Default)]
pub struct ResourceVariables {
    /// `key=value,…`, values percent-encoded.
    pub attributes: Option<String>,
    pub service_name: Option<String>,
}

impl ResourceVariables {
    pub fn of_process() -> Self {
        let read = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        Self { attributes: read(VARIABLE), service_name: read("OTEL_SERVICE_NAME") }
    }

    /// Attributes by key; the name of the service has a variable of its own, which wins.
    pub(super) fn read(&self, problems: &mut Vec<Problem>) -> BTreeMap<String, String> {
        let mut attributes = BTreeMap::new();
        for pair in self.attributes.as_deref().unwrap_or_default().split(',') {
            if pair.trim().is_empty() {
                continue;
            }
            match attribute(pair) {
                Some((key, value)) => drop(attributes.insert(key, value)),
                None => problems.push(problem(pair)),
            }
        }
        if let Some(name) = &self.service_name {
            attributes.insert("service.name".to_owned(), name.clone());
        }
        attributes
    }
}

fn attribute(pair: &str) -> Option<(String, String)> {
    let (key, value) = pair.split_once('=')?;
    let decoded = percent_decode_str(value.trim()).decode_utf8().ok()?;
    let key = key.trim();
    (!key.is_empty()).then(|| (key.to_owned(), decoded.into_owned()))
}

fn problem(pair: &str) -> Problem {
    let message = format!("`{pair}` in {VARIABLE} is no attribute");
    Problem::new("bad-resource-attribute", format!("${VARIABLE}"), message)
        .expected("key=value, separated by commas, with the value percent-encoded UTF-8")
        .found(pair)
        .fix("correct the variable, or unset it")
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(attributes: &str, service_name: Option<&str>, expected: Expect) {
        let service_name = service_name.map(str::to_owned);
        let variables = ResourceVariables { attributes: Some(attributes.to_owned()), service_name };
        let mut problems = Vec::new();
        let read = variables.read(&mut problems);
        let found: Vec<_> = problems.iter().map(|problem| problem.message.as_str()).collect();
        expected.assert_eq(&format!("{read:?} {found:?}"));
    }

    #[test]
    fn attributes_are_decoded_and_all_mistakes_said() {
        check("", None, expect!["{} []"]);
        check(
            " team = blue ,k8s.pod.name=a%2Cb%20c,service.name=first,",
            Some("second"),
            expect![[r#"{"k8s.pod.name": "a,b c", "service.name": "second", "team": "blue"} []"#]],
        );
        check(
            "a,b=1,=2,c=%FF",
            None,
            expect![[
                r#"{"b": "1"} ["`a` in OTEL_RESOURCE_ATTRIBUTES is no attribute", "`=2` in OTEL_RESOURCE_ATTRIBUTES is no attribute", "`c=%FF` in OTEL_RESOURCE_ATTRIBUTES is no attribute"]"#
            ]],
        );
    }
}
