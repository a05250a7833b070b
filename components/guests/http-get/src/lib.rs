//! Fixture: sends one GET request to any address, allowed or not, and reports what the host makes
//! of it. It knows `wasi:http` alone.

mod bindings;

use bindings::exports::fixture::http_get::http_get::Guest;
use bindings::http::{ErrorCode, Fields, OutgoingRequest, Scheme};
use bindings::outgoing_handler::handle;

struct HttpGet;

impl Guest for HttpGet {
    fn get(url: String) -> Result<u16, String> {
        let request = request(&url)?;
        let future = handle(request, None).map_err(|code| name(&code))?;
        future.subscribe().block();
        match future.get() {
            Some(Ok(Ok(response))) => Ok(response.status()),
            Some(Ok(Err(code))) => Err(name(&code)),
            Some(Err(())) | None => Err("the host gave no response".to_owned()),
        }
    }
}

fn request(url: &str) -> Result<OutgoingRequest, String> {
    let (scheme, authority, path) = parts(url).ok_or_else(|| format!("not an address: {url}"))?;
    let refused = |()| format!("the host refused the address {url}");
    let request = OutgoingRequest::new(Fields::new());
    request.set_scheme(Some(&scheme)).map_err(refused)?;
    request.set_authority(Some(authority)).map_err(refused)?;
    request.set_path_with_query(Some(path)).map_err(refused)?;
    Ok(request)
}

fn parts(url: &str) -> Option<(Scheme, &str, &str)> {
    let (scheme, rest) = match url.strip_prefix("http://") {
        Some(rest) => (Scheme::Http, rest),
        None => (Scheme::Https, url.strip_prefix("https://")?),
    };
    let slash = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(slash)?;
    Some((scheme, authority, if path.is_empty() { "/" } else { path }))
}

fn name(code: &ErrorCode) -> String {
    format!("{code:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_three_parts() {
        let (_, authority, path) = parts("http://host:1/a/b?c").unwrap();
        assert_eq!((authority, path), ("host:1", "/a/b?c"));
        let (_, authority, path) = parts("https://host").unwrap();
        assert_eq!((authority, path), ("host", "/"));
        assert!(parts("host").is_none());
    }
}
