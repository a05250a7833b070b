//! `spec.http`: the HTTP server of a graph and its routes to exported functions.

use serde::{Deserialize, Serialize};

use super::Name;

/// The HTTP server (HTTP/1.1 and cleartext HTTP/2).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Http {
    /// TCP port, 8080 unless set; 0 takes a free one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Routes; their order has no meaning, a literal segment wins over a capture.
    pub routes: Vec<Route>,
}

/// One method and path, and the function that answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Route {
    /// Unique among the routes; used in logs and metrics.
    pub name: Name,
    /// The HTTP method it answers.
    pub method: Method,
    /// Starts with `/`; a segment `{name}` captures and binds to the parameter of that name.
    pub path: String,
    /// The component whose function is called.
    pub component: Name,
    /// `log`, `test.log` or `modulewise:otel-example/test#log`.
    pub function: String,
}

impl Route {
    /// Names of what the path captures, in its order.
    pub fn captures(&self) -> impl Iterator<Item = &str> {
        self.path.split('/').filter_map(capture)
    }
}

/// The name in `{name}`, of one segment of a path.
pub fn capture(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// HTTP method of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
pub enum Method {
    #[serde(rename = "GET")]
    Get,
    #[serde(rename = "POST")]
    Post,
    #[serde(rename = "PUT")]
    Put,
    #[serde(rename = "PATCH")]
    Patch,
    #[serde(rename = "DELETE")]
    Delete,
}

impl Method {
    pub const ALL: [Method; 5] = [Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}
