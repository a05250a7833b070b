//! What the API server answers to a write, as a reason people can act on. Told apart by code, details
//! and the server's own words, since several kinds of refusal share one code.

use kube::Error;
use kube::core::Status;

use crate::child::Kind;
use crate::reason::Word;
use crate::refusal::{Refusal, Stage};

/// Why a write of this object did not happen.
pub(super) fn of_write(kind: Kind, name: &str, error: &Error) -> Refusal {
    let (reason, message) = match error {
        Error::Api(status) => (of_status(status), status.message.clone()),
        // No answer at all.
        error => (Word::ServerError, error.to_string()),
    };
    let said = if reason == Word::ServerError { "could not be written" } else { "was refused" };
    let message = format!("{kind:?} `{name}` {said}: {message}");
    Refusal { passing: is_passing(reason), ..Refusal::new(Stage::Available, reason, message) }
}

/// Only another graph would be taken: asking again with the same is no use.
fn is_passing(reason: Word) -> bool {
    !matches!(reason, Word::Refused | Word::TooLarge)
}

fn of_status(status: &Status) -> Word {
    let says = |words: &str| status.message.contains(words);
    if is_leaving(status) {
        return Word::NamespaceTerminating;
    }
    // Webhooks and policies choose the code themselves.
    if says("denied the request") || says("denied request") {
        return Word::AdmissionDenied;
    }
    match status.code {
        403 if says("exceeded quota") => Word::QuotaExceeded,
        // The words of the authorizer; every other 403 comes from admission.
        403 if says(" cannot ") && says(" resource ") => Word::Forbidden,
        403 => Word::AdmissionDenied,
        409 => Word::Conflict,
        413 => Word::TooLarge,
        // The database's own limit comes as an error of the server.
        _ if says("request is too large") => Word::TooLarge,
        400 | 422 => Word::Refused,
        _ => Word::ServerError,
    }
}

/// A namespace that is being deleted takes nothing new, and one that is gone nothing at all.
fn is_leaving(status: &Status) -> bool {
    let details = status.details.as_ref();
    let caused =
        details.is_some_and(|d| d.causes.iter().any(|c| c.reason == "NamespaceTerminating"));
    let is_gone = status.code == 404 && details.is_some_and(|d| d.kind == "namespaces");
    caused || is_gone
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(code: u16, message: &str, details: serde_json::Value, reason: Word, passing: bool) {
        let status = json!({"status": "Failure", "code": code, "message": message,
            "reason": "", "details": details});
        let status: Status = serde_json::from_value(status).unwrap();
        let refusal = of_write(Kind::Service, "a", &Error::Api(Box::new(status)));
        assert_eq!((refusal.reason, refusal.passing), (reason.into(), passing), "{message}");
        assert_eq!(refusal.stage, Stage::Available);
        assert!(refusal.message.starts_with("Service `a` "), "{}", refusal.message);
        assert!(refusal.message.ends_with(message), "{}", refusal.message);
    }

    #[test]
    fn each_answer_has_its_reason() {
        let none = json!({});
        let table = [
            (403, "pods \"a\" is forbidden: exceeded quota: small", Word::QuotaExceeded, true),
            (
                403,
                "services is forbidden: User \"o\" cannot create resource \"services\" in API group",
                Word::Forbidden,
                true,
            ),
            (403, "admission webhook \"w\" denied the request: no", Word::AdmissionDenied, true),
            (400, "admission webhook \"w\" denied the request: no", Word::AdmissionDenied, true),
            (
                422,
                "services \"a\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied \
                 request: no",
                Word::AdmissionDenied,
                true,
            ),
            (403, "services \"a\" is forbidden: no route", Word::AdmissionDenied, true),
            (409, "the object has been modified", Word::Conflict, true),
            (413, "Request entity too large: limit is 3145728", Word::TooLarge, false),
            (500, "etcdserver: request is too large", Word::TooLarge, false),
            (422, "Service \"a\" is invalid: spec.ports", Word::Refused, false),
            (500, "failed calling webhook \"w\": no endpoints", Word::ServerError, true),
            (504, "request did not complete within the allotted time", Word::ServerError, true),
            (404, "the server could not find the requested resource", Word::ServerError, true),
        ];
        for (code, message, reason, passing) in table {
            check(code, message, none.clone(), reason, passing);
        }
    }

    #[test]
    fn a_namespace_that_leaves_is_told_apart() {
        let leaving = json!({"causes": [{"reason": "NamespaceTerminating", "message": "",
            "field": "metadata.namespace"}]});
        let text = "unable to create new content in namespace shop: it is being terminated";
        check(403, text, leaving, Word::NamespaceTerminating, true);
        let gone = json!({"name": "shop", "kind": "namespaces"});
        check(404, "namespaces \"shop\" not found", gone, Word::NamespaceTerminating, true);
    }
}
