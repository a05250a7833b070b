//! Where a one-node cluster lives on this machine: folder, names and addresses, all derived from
//! one number, so that a test's cluster and a developer's stand side by side. Touches nothing.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

/// Name of the one node.
pub(crate) const NODE: &str = "node-1";

/// Which of the clusters of this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Number {
    /// The one of `cargo xtask cluster up`.
    Developer = 0,
    /// The one a test brings up and takes down.
    Test = 1,
}

impl Number {
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        [Self::Developer, Self::Test].into_iter().find(|number| number.text() == text)
    }

    pub(crate) fn text(self) -> String {
        (self as u8).to_string()
    }
}

/// The place of one cluster.
///
/// Addresses are of 198.18.0.0/15, which is set aside for tests inside one machine or laboratory
/// and so collides with nobody's network.
pub(crate) struct Site {
    pub(crate) number: Number,
    state: PathBuf,
}

impl Site {
    /// `clusters` is the folder of all clusters.
    pub(crate) fn new(clusters: &Path, number: Number) -> Self {
        Self { number, state: clusters.join(format!("node-{}", number.text())) }
    }

    /// Everything the cluster keeps.
    pub(crate) fn state(&self) -> &Path {
        &self.state
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.state.join(name)
    }

    /// The same as text of a configuration.
    pub(crate) fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// For the administrator.
    pub(crate) fn kubeconfig(&self) -> PathBuf {
        self.path("kubeconfig/admin")
    }

    /// Containerd's socket, in reach of the machine.
    pub(crate) fn socket(&self) -> PathBuf {
        self.path("containerd.sock")
    }

    /// The machine's end of the cable.
    pub(crate) fn cable(&self) -> String {
        format!("cgnode{}", self.number.text())
    }

    /// The cgroup of all pods.
    pub(crate) fn cgroup(&self) -> String {
        format!("componentgraph-{}", self.number.text())
    }

    fn address(&self, second: u8, third: u8, last: u8) -> Ipv4Addr {
        Ipv4Addr::new(198, second, third, last)
    }

    fn offset(&self) -> u8 {
        (self.number as u8) * 64
    }

    /// The machine, as the node and its pods see it.
    pub(crate) fn host(&self) -> Ipv4Addr {
        self.address(19, 252 + self.number as u8, 1)
    }

    /// The node.
    pub(crate) fn node(&self) -> Ipv4Addr {
        self.address(19, 252 + self.number as u8, 2)
    }

    /// Addresses of services.
    pub(crate) fn services(&self) -> String {
        format!("{}/18", self.address(18, self.offset(), 0))
    }

    /// The service `kubernetes`.
    pub(crate) fn kubernetes(&self) -> Ipv4Addr {
        self.address(18, self.offset(), 1)
    }

    /// Addresses of the pods of all nodes there could be.
    pub(crate) fn pods(&self) -> String {
        format!("{}/18", self.address(19, self.offset(), 0))
    }

    /// Addresses of the pods of the one node.
    pub(crate) fn node_pods(&self) -> String {
        format!("{}/24", self.address(19, self.offset(), 0))
    }

    /// The node, as its pods see it.
    pub(crate) fn bridge(&self) -> Ipv4Addr {
        self.address(19, self.offset(), 1)
    }

    /// Where the API server answers.
    pub(crate) fn server(&self) -> String {
        format!("https://{}:6443", self.node())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_clusters_share_nothing() {
        let of = |number| {
            let site = Site::new(Path::new("/c"), number);
            [
                site.state().display().to_string(),
                site.cable(),
                site.cgroup(),
                site.host().to_string(),
                site.node().to_string(),
                site.services(),
                site.pods(),
                site.node_pods(),
            ]
        };
        let (one, other) = (of(Number::Developer), of(Number::Test));
        assert!(one.iter().zip(&other).all(|(a, b)| a != b), "{one:?} {other:?}");
        assert_eq!(
            other,
            [
                "/c/node-1",
                "cgnode1",
                "componentgraph-1",
                "198.19.253.1",
                "198.19.253.2",
                "198.18.64.0/18",
                "198.19.64.0/18",
                "198.19.64.0/24",
            ]
        );
    }

    #[test]
    fn numbers_are_read_back() {
        for number in [Number::Developer, Number::Test] {
            assert_eq!(Number::from_text(&number.text()), Some(number));
        }
        assert_eq!(Number::from_text("2"), None);
    }
}
