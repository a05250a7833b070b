//! Names to addresses for outgoing connections, without link-local ones: a name on an allow-list
//! must not lead to the metadata service of a cloud. Address literals never pass here; they are
//! reached only if the allow-list holds the literal.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use graph::is_link_local;
use hyper_util::client::legacy::connect::dns::Name;
use thiserror::Error;
use tower::Service;

/// The system's resolver, bounded in time, its answers filtered.
#[derive(Clone, Debug)]
pub(super) struct Resolver {
    timeout: Duration,
}

#[derive(Debug, Error)]
pub(super) enum ResolveError {
    #[error("the name was not resolved in time")]
    Timeout,
    #[error("the name cannot be resolved")]
    Lookup(#[source] io::Error),
    #[error("the name has no address")]
    Empty,
    #[error("the name resolves to link-local addresses only")]
    Prohibited,
}

impl Resolver {
    pub(super) fn new(timeout: Duration) -> Self {
        Self { timeout }
    }
}

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = ResolveError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, ResolveError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ResolveError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let timeout = self.timeout;
        Box::pin(async move {
            let lookup = tokio::net::lookup_host((name.as_str(), 0));
            let found = tokio::time::timeout(timeout, lookup)
                .await
                .map_err(|_| ResolveError::Timeout)?
                .map_err(ResolveError::Lookup)?;
            filter(found)
        })
    }
}

fn filter(
    found: impl Iterator<Item = SocketAddr>,
) -> Result<std::vec::IntoIter<SocketAddr>, ResolveError> {
    let (refused, permitted): (Vec<_>, Vec<_>) =
        found.partition(|address| is_link_local(address.ip()));
    if permitted.is_empty() {
        let any = !refused.is_empty();
        return Err(if any { ResolveError::Prohibited } else { ResolveError::Empty });
    }
    Ok(permitted.into_iter())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(addresses: &[&str], expect: Result<&[&str], &str>) {
        let parse = |text: &&str| SocketAddr::new(text.parse().unwrap(), 0);
        let found = filter(addresses.iter().map(parse));
        match (found, expect) {
            (Ok(found), Ok(expect)) => {
                assert_eq!(found.collect::<Vec<_>>(), expect.iter().map(parse).collect::<Vec<_>>());
            }
            (Err(error), Err(expect)) => assert_eq!(error.to_string(), expect),
            (found, expect) => panic!("{addresses:?}: {found:?}, expected {expect:?}"),
        }
    }

    #[test]
    fn link_local_addresses_are_left_out() {
        check(&["10.0.0.1", "169.254.169.254", "::1"], Ok(&["10.0.0.1", "::1"]));
        for metadata in [
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "fe80::1",
            "fd00:ec2::254",
        ] {
            check(&[metadata], Err("the name resolves to link-local addresses only"));
        }
        check(&[], Err("the name has no address"));
        check(&["64:ff9b::a00:1"], Ok(&["64:ff9b::a00:1"]));
    }
}
