//! Servers, methods, hosts, headers, routes. Nothing is resolved here.

use super::{Form, Verdict, form, made_of, verdict};
use crate::problem::show;
use crate::value::{AllowedHost, Endpoint, is_allowed_address};

pub(in crate::shape) static ENDPOINT: Form = form(
    "bad-url",
    2048,
    |text| Endpoint::parse(text).map(|_| ()).map_err(not_usable),
    "`http://` or `https://`, a host, optionally a port",
    "write an address such as `http://localhost:4317`",
);

pub(super) fn not_usable(error: impl std::fmt::Display) -> String {
    format!("is not usable: {error}")
}

pub(in crate::shape) static HEADER_NAME: Form = form(
    "bad-name",
    256,
    |text| verdict(made_of(text, "!#$%&'*+-.^_`|~"), "is not a valid header name"),
    "letters, digits and `-`",
    "write a name such as `x-scope-orgid`",
);

pub(in crate::shape) static HEADER_VALUE: Form = form(
    "bad-text",
    8 * 1024,
    |text| {
        let good = text.chars().all(|c| c == ' ' || c.is_ascii_graphic());
        verdict(good, "is not a valid header value")
    },
    "printable ASCII text",
    "remove other characters, or encode them",
);

pub(in crate::shape) static GRPC_METHOD: Form = form(
    "bad-method",
    1024,
    |text| verdict(is_grpc_method(text), "is not a gRPC method"),
    "`/package.Service/Method`",
    "write the full name of the method, such as \
     `/opentelemetry.proto.collector.logs.v1.LogsService/Export`",
)
.like(r"^/[_a-zA-Z][_a-zA-Z0-9]*(\.[_a-zA-Z][_a-zA-Z0-9]*)*/[_a-zA-Z][_a-zA-Z0-9]*$");

fn is_grpc_method(text: &str) -> bool {
    let identifier =
        |part: &str| made_of(part, "_") && !part.starts_with(|c: char| c.is_ascii_digit());
    let split = text.strip_prefix('/').and_then(|rest| rest.split_once('/'));
    split.is_some_and(|(service, method)| service.split('.').all(identifier) && identifier(method))
}

pub(in crate::shape) static ALLOWED_HOST: Form = form(
    "bad-host",
    260,
    |text| AllowedHost::parse(text).map(|_| ()).map_err(not_usable),
    "`host`, `host:port`, `*.domain` or `\"@collector\"`",
    "write the host alone, such as `api.example.com:8443`",
);

pub(in crate::shape) static ALLOWED_ADDRESS: Form = form(
    "bad-address",
    64,
    |text| verdict(is_allowed_address(text), "is not an address with a port"),
    "`address:port` or `network/prefix:port`",
    "write numbers, such as `10.0.0.0/8:5432` or `[fd00::1]:5432`",
);

pub(in crate::shape) static ROUTE_PATH: Form = form(
    "bad-path",
    1024,
    route_path,
    "a path such as `/log` or `/users/{id}`",
    "begin with `/`; a segment is plain or one capture like `{id}`",
)
.like("^/");

fn route_path(text: &str) -> Verdict {
    let Some(rest) = text.strip_prefix('/') else { return Err("does not begin with `/`".into()) };
    let mut captures = Vec::new();
    let last = rest.split('/').count();
    for (index, segment) in rest.split('/').enumerate() {
        if let Some(capture) = segment.strip_prefix('{').and_then(|s| s.strip_suffix('}')) {
            if !made_of(capture, "-") || !capture.starts_with(|c: char| c.is_ascii_alphabetic()) {
                return Err(format!(
                    "captures under a name that no parameter has: {}",
                    show(segment)
                ));
            }
            if captures.contains(&capture) {
                return Err(format!("captures {} twice", show(capture)));
            }
            captures.push(capture);
        } else if segment.is_empty() && index + 1 < last {
            return Err("has an empty segment".into());
        } else if !segment.is_empty() && !made_of(segment, "-._~!$&'()*+,;=:@%") {
            return Err(format!("has a segment that is not plain: {}", show(segment)));
        }
    }
    Ok(())
}
