//! The parts of a request's text that need decoding: path, query, content type. Pure.

use ::http::HeaderMap;
use ::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use percent_encoding::percent_decode_str;

use super::router::segments;

/// The segments of a path, decoded. `None` when one is not UTF-8.
pub(super) fn path_segments(path: &str) -> Option<Vec<String>> {
    segments(path).map(decoded).collect()
}

/// Names and values of a query. `None` when one is not UTF-8.
pub(super) fn query_pairs(query: &str) -> Option<Vec<(String, String)>> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            // Forms write a space as a plus; a plus itself comes as %2B.
            Some((decoded(&name.replace('+', " "))?, decoded(&value.replace('+', " "))?))
        })
        .collect()
}

fn decoded(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(Into::into)
}

/// What is wrong with the way the body is written, as far as its headers say: it must be JSON, in
/// UTF-8, not compressed. A missing type is taken for JSON.
pub(super) fn not_json(headers: &HeaderMap) -> Option<String> {
    if let Some(encoding) = headers.get(CONTENT_ENCODING)
        && encoding != "identity"
    {
        return Some(format!("content-encoding {encoding:?}"));
    }
    let kind = headers.get(CONTENT_TYPE)?;
    let Ok(text) = kind.to_str() else { return Some(format!("content-type {kind:?}")) };
    let mut parts = text.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let json = essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"));
    let utf8 = parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.eq_ignore_ascii_case("charset") => {
            value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    });
    (!json || !utf8).then(|| format!("content-type {text:?}"))
}
