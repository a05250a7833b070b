//! Which collector telemetry goes to. The one place that knows the order; it reads no environment
//! itself.

use thiserror::Error;

use super::{Endpoint, EndpointError};

/// Where a collector listens that nobody named.
pub const DEFAULT_COLLECTOR: &str = "http://localhost:4317";

/// The collector that was chosen, and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collector {
    pub endpoint: Endpoint,
    pub origin: CollectorOrigin,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CollectorOrigin {
    /// `url` of the capability.
    Capability,
    /// `spec.telemetry.endpoint`.
    Telemetry,
    /// `OTEL_EXPORTER_OTLP_ENDPOINT`, or what the operator wrote in its place.
    Environment,
    /// Nobody named one: [`DEFAULT_COLLECTOR`].
    Default,
}

impl CollectorOrigin {
    /// The name of the setting, for messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Capability => "`url` of the capability",
            Self::Telemetry => "`spec.telemetry.endpoint`",
            Self::Environment => "`OTEL_EXPORTER_OTLP_ENDPOINT`",
            Self::Default => "the default",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the collector {text:?} from {} is not usable: {source}", origin.as_str())]
pub struct BadCollector {
    pub origin: CollectorOrigin,
    pub text: String,
    pub source: EndpointError,
}

/// The capability's own address, else that of `spec.telemetry`, else that of the environment, else
/// [`DEFAULT_COLLECTOR`]. An empty variable counts as none, as OpenTelemetry says.
pub fn collector_endpoint(
    capability: Option<&str>,
    telemetry: Option<&str>,
    environment: Option<&str>,
) -> Result<Collector, BadCollector> {
    let environment = environment.map(str::trim).filter(|text| !text.is_empty());
    let (text, origin) = [
        (capability, CollectorOrigin::Capability),
        (telemetry, CollectorOrigin::Telemetry),
        (environment, CollectorOrigin::Environment),
    ]
    .into_iter()
    .find_map(|(text, origin)| Some((text?, origin)))
    .unwrap_or((DEFAULT_COLLECTOR, CollectorOrigin::Default));
    match Endpoint::parse(text) {
        Ok(endpoint) => Ok(Collector { endpoint, origin }),
        Err(source) => Err(BadCollector { origin, text: text.to_owned(), source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_setting_wins() {
        let chosen = |capability, telemetry, environment| {
            let collector = collector_endpoint(capability, telemetry, environment).unwrap();
            (collector.endpoint.host, collector.origin)
        };
        let (a, b, c) = (Some("http://a:1"), Some("http://b:1"), Some("http://c:1"));
        assert_eq!(chosen(a, b, c), ("a".into(), CollectorOrigin::Capability));
        assert_eq!(chosen(None, b, c), ("b".into(), CollectorOrigin::Telemetry));
        assert_eq!(chosen(None, None, c), ("c".into(), CollectorOrigin::Environment));
        assert_eq!(chosen(None, None, Some(" ")), ("localhost".into(), CollectorOrigin::Default));
    }

    #[test]
    fn a_bad_variable_is_named() {
        let error = collector_endpoint(None, None, Some("localhost:4317")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the collector \"localhost:4317\" from `OTEL_EXPORTER_OTLP_ENDPOINT` is not usable: \
             it does not begin with `http://` or `https://`"
        );
    }
}
