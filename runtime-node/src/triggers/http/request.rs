//! Request → pieces of text and JSON for binding, or the reason why not. It knows limits and
//! content types; it does not know functions.

use std::time::Duration;

use ::http::header::EXPECT;
use ::http::{HeaderMap, Method};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use serde_json::Value;

use super::media::{not_json, query_pairs};
use super::response::Refusal;

/// Of a body that is refused for its size.
const MOST_DISCARDED: usize = 16 * 1024 * 1024;
const LONGEST_DISCARD: Duration = Duration::from_secs(1);

/// What one request may take.
#[derive(Clone, Copy, Debug)]
pub struct RequestLimits {
    pub body: usize,
    /// From the end of the headers to the end of the body.
    pub body_time: Duration,
}

/// What a request gives to a function.
#[derive(Debug)]
pub(super) struct Pieces {
    /// Path captures, then query.
    pub(super) texts: Vec<(String, String)>,
    pub(super) json: Option<Value>,
}

/// GET and DELETE take the query, the others the body; path captures come with either.
pub(super) async fn read(
    parts: &::http::request::Parts,
    body: Incoming,
    captures: Vec<(String, String)>,
    limits: RequestLimits,
) -> Result<Pieces, Refusal> {
    let query = parts.uri.query().unwrap_or_default();
    if takes_query(&parts.method) {
        if !body.is_end_stream() {
            let reason = "takes its arguments from path and query; send no body";
            return Err(Refusal::Bad(format!("{} {reason}", parts.method)));
        }
        let pairs = query_pairs(query)
            .ok_or_else(|| Refusal::Bad("the query is not UTF-8 when decoded".into()))?;
        let texts = captures.into_iter().chain(pairs).collect();
        return Ok(Pieces { texts, json: None });
    }
    if !query.is_empty() {
        let reason = "takes its arguments from path and body; send no query";
        return Err(Refusal::Bad(format!("{} {reason}", parts.method)));
    }
    let json = read_json(&parts.headers, body, limits).await?;
    Ok(Pieces { texts: captures, json })
}

fn takes_query(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::DELETE)
}

async fn read_json(
    headers: &HeaderMap,
    mut body: Incoming,
    limits: RequestLimits,
) -> Result<Option<Value>, Refusal> {
    if body.is_end_stream() {
        return Ok(None);
    }
    if let Some(found) = not_json(headers) {
        return Err(Refusal::NotJson(found));
    }
    let known_too_large = body.size_hint().lower() > limits.body as u64;
    if known_too_large && headers.contains_key(EXPECT) {
        // The client asks before it sends; it need not send.
        return Err(Refusal::TooLarge(limits.body));
    }
    let bytes = match known_too_large {
        true => Err(Refusal::TooLarge(limits.body)),
        false => collect(&mut body, limits).await,
    };
    if matches!(bytes, Err(Refusal::TooLarge(_))) {
        discard(body).await;
    }
    parse(&bytes?)
}

async fn collect(body: &mut Incoming, limits: RequestLimits) -> Result<Bytes, Refusal> {
    let collected = Limited::new(body, limits.body).collect();
    match tokio::time::timeout(limits.body_time, collected).await {
        Err(_) => Err(Refusal::Slow(limits.body_time)),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Refusal::TooLarge(limits.body)),
        Ok(Err(error)) => Err(Refusal::Bad(format!("the body broke off: {error}"))),
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
    }
}

/// A connection that is closed with unread bytes is reset, and the client may never see the
/// answer. So the rest of a body is read, within reason.
async fn discard(mut body: Incoming) {
    let rest = async {
        let mut left = MOST_DISCARDED;
        while let Some(Ok(frame)) = body.frame().await {
            let length = frame.data_ref().map_or(0, Bytes::len);
            let Some(less) = left.checked_sub(length) else { return };
            left = less;
        }
    };
    // The answer is the same whether or not all of it came.
    let _ = tokio::time::timeout(LONGEST_DISCARD, rest).await;
}

fn parse(bytes: &[u8]) -> Result<Option<Value>, Refusal> {
    if bytes.is_empty() {
        return Ok(None);
    }
    match serde_json::from_slice(bytes) {
        Ok(value) => Ok(Some(value)),
        Err(error) => Err(Refusal::Bad(format!("the body is not JSON: {error}"))),
    }
}
