//! One entry of `spec.capabilities`: something the host provides, by type, with its options.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Name;
use crate::value::quantity;

/// A host capability. Components reach it by listing its name in `imports`. At most one options
/// struct, the one that belongs to `type`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Capability {
    /// Unique among components and capabilities.
    pub name: Name,
    /// What the host provides under this name.
    #[serde(rename = "type")]
    pub kind: CapabilityType,
    /// Options of `type: grpc`, which cannot do without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grpc: Option<GrpcOptions>,
    /// Options of `type: otel`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otel: Option<OtelOptions>,
    /// Options of `type: wasi:http`. Without them no host can be reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wasi_http: Option<HttpOptions>,
    /// Options of `type: wasi:filesystem`. Without them there is no directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wasi_filesystem: Option<FilesystemOptions>,
    /// Options of `type: wasi:sockets`. Without them no address can be reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wasi_sockets: Option<SocketsOptions>,
    /// Options of `type: wasi:keyvalue`. Without them there is no bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wasi_keyvalue: Option<KeyvalueOptions>,
}

/// What a capability is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
pub enum CapabilityType {
    /// `modulewise:grpc/endpoint`: bytes to a named gRPC method over the pod's shared channel.
    #[serde(rename = "grpc")]
    Grpc,
    /// `wasi:otel` served by the host itself.
    #[serde(rename = "otel")]
    Otel,
    /// The WASI 0.2 bundle without authority: cli, clocks, random, io, and no preopens.
    #[serde(rename = "wasi:p2")]
    WasiP2,
    /// `wasi:http/outgoing-handler`, to the listed hosts only.
    #[serde(rename = "wasi:http")]
    WasiHttp,
    /// `wasi:filesystem` with the listed directories.
    #[serde(rename = "wasi:filesystem")]
    WasiFilesystem,
    /// `wasi:sockets` to the listed addresses only.
    #[serde(rename = "wasi:sockets")]
    WasiSockets,
    /// `wasi:keyvalue/store`.
    #[serde(rename = "wasi:keyvalue")]
    WasiKeyvalue,
}

impl CapabilityType {
    pub const ALL: [CapabilityType; 7] = [
        Self::Grpc,
        Self::Otel,
        Self::WasiP2,
        Self::WasiHttp,
        Self::WasiFilesystem,
        Self::WasiSockets,
        Self::WasiKeyvalue,
    ];

    /// The word users write.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Grpc => "grpc",
            Self::Otel => "otel",
            Self::WasiP2 => "wasi:p2",
            Self::WasiHttp => "wasi:http",
            Self::WasiFilesystem => "wasi:filesystem",
            Self::WasiSockets => "wasi:sockets",
            Self::WasiKeyvalue => "wasi:keyvalue",
        }
    }

    /// The key of the options struct that belongs to the type, if it has one.
    pub fn options_key(self) -> Option<&'static str> {
        match self {
            Self::Grpc => Some("grpc"),
            Self::Otel => Some("otel"),
            Self::WasiP2 => None,
            Self::WasiHttp => Some("wasiHttp"),
            Self::WasiFilesystem => Some("wasiFilesystem"),
            Self::WasiSockets => Some("wasiSockets"),
            Self::WasiKeyvalue => Some("wasiKeyvalue"),
        }
    }
}

/// Options of `type: grpc`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GrpcOptions {
    /// `http://` (cleartext HTTP/2) or `https://` and host, optionally a port. The environment's
    /// collector when not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What components may call: a short key each, and the gRPC method `/package.Service/Method`.
    pub paths: BTreeMap<String, String>,
    /// Largest request message, as a quantity. `4Mi` unless set, the Collector's own limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_request_bytes: Option<String>,
}

impl GrpcOptions {
    /// The Collector's own limit.
    pub const DEFAULT_MAX_REQUEST_BYTES: u64 = 4 << 20;

    /// `maxRequestBytes` in bytes, or its default.
    pub fn request_limit(&self) -> u64 {
        let set = self.max_request_bytes.as_deref().and_then(|text| quantity(text).ok());
        set.unwrap_or(Self::DEFAULT_MAX_REQUEST_BYTES)
    }
}

/// Options of `type: otel`. Where records go is said by `spec.telemetry`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OtelOptions {}

/// Options of `type: wasi:http`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HttpOptions {
    /// `host`, `host:port`, `*.domain`, or `@collector` for the environment's collector. Nothing
    /// else can be reached.
    #[serde(default)]
    pub allowed_hosts: Vec<String>,
}

/// Options of `type: wasi:filesystem`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FilesystemOptions {
    /// Directories that components see, at most 16.
    #[serde(default)]
    pub preopens: Vec<Preopen>,
}

/// One directory that components see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Preopen {
    /// Directory of the node: relative to the manifest on a laptop, in the pod in a cluster.
    pub host: String,
    /// The path under which components see it.
    pub guest: String,
    /// `ReadOnly` unless set.
    #[serde(default)]
    pub access: PreopenAccess,
}

/// What components may do in a preopened directory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
pub enum PreopenAccess {
    #[default]
    ReadOnly,
    ReadWrite,
}

/// Options of `type: wasi:sockets`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SocketsOptions {
    /// `address:port` or `network/prefix:port` that may be connected to.
    #[serde(default)]
    pub allowed_addresses: Vec<String>,
}

/// Options of `type: wasi:keyvalue`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "crd", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KeyvalueOptions {
    /// Buckets that may be opened.
    #[serde(default)]
    pub buckets: Vec<String>,
}
