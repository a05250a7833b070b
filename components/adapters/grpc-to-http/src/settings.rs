//! The configuration of this component, checked: all problems at once. Knows nothing of where the
//! keys and values come from.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::units;
use crate::url::{self, Server};

/// The Collector's own limit.
const MAX_REQUEST_BYTES: u64 = 4 << 20;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(10);

/// The node sets this key to the collector of the environment.
const ENVIRONMENT: &str = "otel.exporter.otlp.endpoint";

/// How to call which server.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) server: Server,
    pub(crate) connect_timeout: Duration,
    pub(crate) timeout: Duration,
    max_request_bytes: u64,
    paths: BTreeMap<String, String>,
}

impl Settings {
    pub(crate) fn read(pairs: &[(String, String)]) -> Result<Self, Vec<String>> {
        let mut problems = Vec::new();
        let value = |key: &str| pairs.iter().find(|(name, _)| name == key).map(|(_, text)| text);

        let server = match (value("url"), value(ENVIRONMENT)) {
            (Some(text), _) => url::parse(text).map_err(|why| format!("config key url: {why}")),
            (None, Some(text)) => {
                url::parse(text).map_err(|why| format!("config key {ENVIRONMENT}: {why}"))
            }
            (None, None) => Err(format!(
                "config key url is missing: set it to http://HOST:PORT, or let the host set {ENVIRONMENT}"
            )),
        };
        let server = server.map_err(|problem| problems.push(problem)).ok();

        let mut span = |key: &str, default: Duration| {
            match value(key) {
            None => default,
            Some(text) => units::duration(text).filter(|span| !span.is_zero()).unwrap_or_else(|| {
                problems.push(format!(
                    "config key {key}: expected a duration above zero such as 500ms or 10s, found \"{text}\""
                ));
                default
            }),
        }
        };
        let connect_timeout = span("connect-timeout", CONNECT_TIMEOUT);
        let timeout = span("timeout", TIMEOUT);

        let max_request_bytes = match value("max-request-bytes") {
            None => MAX_REQUEST_BYTES,
            // A gRPC message states its length in 32 bits.
            Some(text) => units::quantity(text)
                .filter(|bytes| (1..=u64::from(u32::MAX)).contains(bytes))
                .unwrap_or_else(|| {
                    problems.push(format!(
                        "config key max-request-bytes: expected a quantity below 4Gi such as 4Mi, found \"{text}\""
                    ));
                    MAX_REQUEST_BYTES
                }),
        };

        let paths = paths(pairs, &mut problems);
        match server {
            Some(server) if problems.is_empty() => {
                Ok(Self { server, connect_timeout, timeout, max_request_bytes, paths })
            }
            _ => Err(problems),
        }
    }

    /// The method for a key, if a message of this size may be sent at all.
    pub(crate) fn method(&self, path: &str, bytes: usize) -> Result<&str, String> {
        let Some(method) = self.paths.get(path) else {
            let known: Vec<_> = self.paths.keys().map(String::as_str).collect();
            return Err(format!(
                "unknown_route: no config key paths.{path}; known paths: {}",
                known.join(", ")
            ));
        };
        if u64::try_from(bytes).is_ok_and(|bytes| bytes <= self.max_request_bytes) {
            return Ok(method);
        }
        Err(format!(
            "too_large: the message has {bytes} bytes, max-request-bytes is {}",
            self.max_request_bytes
        ))
    }
}

fn paths(pairs: &[(String, String)], problems: &mut Vec<String>) -> BTreeMap<String, String> {
    let mut paths = BTreeMap::new();
    for (key, method) in pairs {
        let Some(name) = key.strip_prefix("paths.") else { continue };
        if is_method(method) {
            paths.insert(name.to_owned(), method.clone());
        } else {
            problems.push(format!(
                "config key {key}: expected /package.Service/Method, found \"{method}\""
            ));
        }
    }
    if !pairs.iter().any(|(key, _)| key.starts_with("paths.")) {
        problems.push(
            "no config key paths.<name>: set at least one to /package.Service/Method".to_owned(),
        );
    }
    paths
}

fn is_method(text: &str) -> bool {
    let is_name = |part: &str| {
        let is_letter =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        !part.is_empty() && part.bytes().all(is_letter)
    };
    text.strip_prefix('/')
        .and_then(|rest| rest.split_once('/'))
        .is_some_and(|(service, method)| is_name(service) && is_name(method))
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(pairs: &[(&str, &str)], expected: Expect) {
        let pairs: Vec<_> = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let text = match Settings::read(&pairs) {
            Ok(settings) => format!("{settings:#?}\n"),
            Err(problems) => problems.into_iter().map(|problem| problem + "\n").collect(),
        };
        expected.assert_eq(&text);
    }

    const LOGS: (&str, &str) =
        ("paths.logs", "/opentelemetry.proto.collector.logs.v1.LogsService/Export");

    #[test]
    fn defaults_and_the_endpoint_of_the_environment() {
        check(
            &[("otel.exporter.otlp.endpoint", "http://localhost:4317"), LOGS],
            expect![[r#"
                Settings {
                    server: Server {
                        tls: false,
                        authority: "localhost:4317",
                    },
                    connect_timeout: 5s,
                    timeout: 10s,
                    max_request_bytes: 4194304,
                    paths: {
                        "logs": "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
                    },
                }
            "#]],
        );
    }

    #[test]
    fn own_values_win() {
        check(
            &[
                ("otel.exporter.otlp.endpoint", "nonsense"),
                ("url", "https://collector:443/"),
                ("max-request-bytes", "16Mi"),
                ("connect-timeout", "250ms"),
                ("timeout", "1m30s"),
                ("paths.x", "/a.B/C"),
            ],
            expect![[r#"
                Settings {
                    server: Server {
                        tls: true,
                        authority: "collector:443",
                    },
                    connect_timeout: 250ms,
                    timeout: 90s,
                    max_request_bytes: 16777216,
                    paths: {
                        "x": "/a.B/C",
                    },
                }
            "#]],
        );
    }

    #[test]
    fn all_problems_come_at_once() {
        check(
            &[
                ("url", "collector:4317"),
                ("timeout", "0s"),
                ("connect-timeout", "soon"),
                ("max-request-bytes", "4MB"),
                ("paths.logs", "LogsService/Export"),
            ],
            expect![[r#"
                config key url: expected http://HOST:PORT or https://HOST:PORT, found "collector:4317": it starts with neither http:// nor https://
                config key connect-timeout: expected a duration above zero such as 500ms or 10s, found "soon"
                config key timeout: expected a duration above zero such as 500ms or 10s, found "0s"
                config key max-request-bytes: expected a quantity below 4Gi such as 4Mi, found "4MB"
                config key paths.logs: expected /package.Service/Method, found "LogsService/Export"
            "#]],
        );
    }

    #[test]
    fn nothing_configured() {
        check(
            &[],
            expect![[r#"
                config key url is missing: set it to http://HOST:PORT, or let the host set otel.exporter.otlp.endpoint
                no config key paths.<name>: set at least one to /package.Service/Method
            "#]],
        );
        check(
            &[("url", "http://host")],
            expect![[r#"
            no config key paths.<name>: set at least one to /package.Service/Method
        "#]],
        );
    }

    #[test]
    fn routes_and_sizes() {
        let pairs = [("url", "http://h"), ("max-request-bytes", "10"), LOGS];
        let pairs: Vec<_> = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let settings = Settings::read(&pairs).unwrap();
        assert_eq!(settings.method("logs", 10), Ok(LOGS.1));
        assert_eq!(
            settings.method("logs", 11),
            Err("too_large: the message has 11 bytes, max-request-bytes is 10".to_owned())
        );
        assert_eq!(
            settings.method("traces", 1),
            Err("unknown_route: no config key paths.traces; known paths: logs".to_owned())
        );
    }
}
