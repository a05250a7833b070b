//! What is answered: status, headers, JSON. Internals of a failure stay in the log; the answer
//! carries its code and the number of the invocation. It decides nothing else.

use std::time::Duration;

use ::http::header::{ALLOW, CONNECTION, CONTENT_TYPE, RETRY_AFTER};
use ::http::{HeaderValue, Response, StatusCode};
use bytes::Bytes;
use graph::Method;
use http_body_util::Full;
use serde_json::{Value, json};

use crate::instances::Failure;
use crate::values::ValueError;

pub type HttpResponse = Response<Full<Bytes>>;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// In seconds. An invocation is short: a place is free again soon.
const RETRY: HeaderValue = HeaderValue::from_static("1");

/// Why a request leads to no invocation.
#[derive(Debug)]
pub(super) enum Refusal {
    Bad(String),
    Arguments(Vec<ValueError>),
    NoRoute,
    Method(Vec<Method>),
    NotJson(String),
    TooLarge(usize),
    Slow(Duration),
}

impl Refusal {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Bad(_) | Self::Arguments(_) => StatusCode::BAD_REQUEST,
            Self::NoRoute => StatusCode::NOT_FOUND,
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotJson(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Slow(_) => StatusCode::REQUEST_TIMEOUT,
        }
    }

    pub(super) fn response(&self) -> HttpResponse {
        let mut response = json_response(self.status(), &json!({ "error": self.error() }));
        let headers = response.headers_mut();
        match self {
            Self::Method(methods) => {
                if let Ok(allow) = HeaderValue::from_str(&allow(methods)) {
                    headers.insert(ALLOW, allow);
                }
            }
            // The rest of the body is not wanted.
            Self::TooLarge(_) | Self::Slow(_) => {
                headers.insert(CONNECTION, HeaderValue::from_static("close"));
            }
            _ => {}
        }
        response
    }

    fn error(&self) -> Value {
        let (code, message) = match self {
            Self::Bad(reason) => ("bad-request", reason.clone()),
            Self::Arguments(problems) => {
                let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
                let message = lines.join("\n");
                return json!({ "code": "bad-arguments", "message": message, "problems": problems });
            }
            Self::NoRoute => ("no-route", "no route has this path".to_owned()),
            Self::Method(methods) => {
                ("method-not-allowed", format!("this path takes {}", allow(methods)))
            }
            Self::NotJson(found) => {
                let expected = "the body must be application/json in UTF-8, not compressed";
                ("not-json", format!("{expected}; found {found}"))
            }
            Self::TooLarge(limit) => ("body-too-large", format!("the body may have {limit} bytes")),
            Self::Slow(limit) => ("body-too-slow", format!("the body did not come in {limit:?}")),
        };
        json!({ "code": code, "message": message })
    }
}

/// HEAD goes where GET goes.
fn allow(methods: &[Method]) -> String {
    let words = methods.iter().flat_map(|method| {
        let head = (*method == Method::Get).then_some("HEAD");
        std::iter::once(method.as_str()).chain(head)
    });
    words.collect::<Vec<_>>().join(", ")
}

pub(super) fn ok(value: &Value) -> HttpResponse {
    json_response(StatusCode::OK, value)
}

/// The function returned `err`.
pub(super) fn error(value: &Value) -> HttpResponse {
    json_response(StatusCode::INTERNAL_SERVER_ERROR, &json!({ "error": value }))
}

pub(super) fn failed(failure: &Failure, id: u64) -> HttpResponse {
    let status = match failure {
        Failure::Overloaded(_) => StatusCode::SERVICE_UNAVAILABLE,
        Failure::Timeout(_) => StatusCode::GATEWAY_TIMEOUT,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let mut response = coded(status, failure.code(), Some(id));
    if matches!(failure, Failure::Overloaded(_)) {
        response.headers_mut().insert(RETRY_AFTER, RETRY);
    }
    response
}

/// A mistake of the node itself.
pub(super) fn internal(id: Option<u64>) -> HttpResponse {
    coded(StatusCode::INTERNAL_SERVER_ERROR, "internal", id)
}

fn coded(status: StatusCode, code: &str, id: Option<u64>) -> HttpResponse {
    let error = match id {
        Some(id) => json!({ "code": code, "id": id.to_string() }),
        None => json!({ "code": code }),
    };
    json_response(status, &json!({ "error": error }))
}

fn json_response(status: StatusCode, value: &Value) -> HttpResponse {
    let mut response = Response::new(Full::new(Bytes::from(value.to_string())));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    response
}
