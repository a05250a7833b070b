//! One gRPC call that carries telemetry, from the request to its status, for the witness of the
//! invocation. It counts as confirmed only after status 0 went by. Knows no connection, no guest.

use std::sync::Arc;
use std::time::Instant;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Request};

use crate::host::{Sight, Witness};

/// A status of 0, or why the call did not succeed.
pub(super) type Verdict = Result<(), String>;

/// A call under way. Its first verdict counts; one dropped without a verdict is lost.
#[derive(Debug)]
pub(super) struct Call {
    witness: Arc<Witness>,
    begun: Instant,
    settled: bool,
}

impl Call {
    pub(super) fn begin(witness: &Arc<Witness>) -> Self {
        Self { begun: witness.began(), witness: Arc::clone(witness), settled: false }
    }

    /// A call for the witness, if the request is one.
    pub(super) fn of<B>(
        request: &Request<B>,
        witness: &Arc<Witness>,
        sight: Sight,
    ) -> Option<Self> {
        let seen = is_grpc(request.headers()) && sight.sees(request.uri().path());
        seen.then(|| Self::begin(witness))
    }

    pub(super) fn settle(&mut self, verdict: Verdict) {
        if std::mem::replace(&mut self.settled, true) {
            return;
        }
        self.witness.spent(self.begun.elapsed());
        match verdict {
            Ok(()) => self.witness.confirmed(),
            Err(reason) => self.witness.explain(&reason),
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.settle(Err("the response was dropped before its grpc-status was read".to_owned()));
    }
}

/// Whether a request is a gRPC call. gRPC-Web, which begins alike, is ordinary HTTP.
pub(super) fn is_grpc(headers: &HeaderMap) -> bool {
    const GRPC: &[u8] = b"application/grpc";
    let kind = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    kind.split_at_checked(GRPC.len()).is_some_and(|(word, rest)| {
        word.eq_ignore_ascii_case(GRPC) && matches!(rest.first(), None | Some(b'+' | b';' | b' '))
    })
}

/// The status in a block of headers or trailers, if it holds one.
pub(super) fn status(fields: &HeaderMap) -> Option<Verdict> {
    let value = fields.get("grpc-status")?;
    Some(match value.as_bytes() {
        b"0" => Ok(()),
        code => Err(format!("grpc-status {}", code.escape_ascii())),
    })
}

/// The verdict on a response that ended without a status.
pub(super) fn no_status() -> Verdict {
    Err("the response has no grpc-status".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grpc_is_told_by_its_content_type() {
        let check = |kind: &'static str| {
            let value = HeaderValue::from_static(kind);
            is_grpc(&HeaderMap::from_iter([(CONTENT_TYPE, value)]))
        };
        for kind in ["application/grpc", "Application/gRPC+proto", "application/grpc; a=b"] {
            assert!(check(kind), "{kind}");
        }
        for kind in ["", "application/grpc-web", "application/grp", "application/grpcx", "text"] {
            assert!(!check(kind), "{kind}");
        }
        assert!(!is_grpc(&HeaderMap::new()));
    }

    #[test]
    fn only_status_zero_is_success() {
        let check = |value: &'static [u8]| {
            let value = HeaderValue::from_bytes(value).unwrap();
            status(&HeaderMap::from_iter([("grpc-status".parse().unwrap(), value)]))
        };
        assert_eq!(check(b"0"), Some(Ok(())));
        assert_eq!(check(b"14"), Some(Err("grpc-status 14".to_owned())));
        assert_eq!(check(b"\xff"), Some(Err("grpc-status \\xff".to_owned())));
        assert_eq!(status(&HeaderMap::new()), None);
    }

    #[test]
    fn the_first_verdict_counts() {
        let witness = Arc::new(Witness::default());
        let mut call = Call::begin(&witness);
        call.settle(Err("first".to_owned()));
        call.settle(Ok(()));
        drop(call);
        assert_eq!((witness.calls(), witness.ok()), (1, 0));
        assert_eq!(witness.last_error().as_deref(), Some("first"));
    }
}
